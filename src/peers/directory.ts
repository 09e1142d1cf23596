import type { Workspace } from "../identity/workspaces";
import { displayName } from "./display-name";
import { createLruMap } from "./lru";

// Enough for every peer of a large organisation, and a few megabytes at most.
const MAX_PEERS = 16_384;

/**
 * The names of peers, and the routes to them: which workspace of this client reaches a peer. Both come from responses
 * to other requests; each is bounded to the 16,384 peers that were used last.
 */
export interface Directory {
  getName(peerId: string): string | undefined;
  /**
   * Stores the name, unless it is blank or not a string, or a request that began later has brought one. `stamp` is
   * higher for later requests.
   */
  setName(peerId: string, name: unknown, stamp?: number): void;
  /** The workspace whose peer list contained the peer last. */
  getRoute(peerId: string): Workspace | undefined;
  setRoute(peerId: string, workspace: Workspace): void;
  /** Deletes the route if it leads over `workspace`, which was refused or did not find the peer. */
  deleteRoute(peerId: string, workspace: Workspace): void;
  /** A sentence about the peers that `text` names, roughly or to the letter, at most three; `undefined` for none. */
  suggestPeers(text: string): string | undefined;
  /** The peer as error messages name it. */
  label(peerId: string): string;
}

interface KnownName {
  readonly name: string;
  readonly stamp: number;
  /** Made when it is first needed, since each message to the peer needs it. */
  label?: string;
}

export function createDirectory(): Directory {
  const names = createLruMap<KnownName>(MAX_PEERS);
  const routes = createLruMap<Workspace>(MAX_PEERS);
  return {
    getName: (peerId) => names.get(peerId)?.name,
    setName(peerId, name, stamp = 0) {
      if (typeof name !== "string" || name.trim() === "") return;
      if (stamp >= (names.peek(peerId)?.stamp ?? 0)) names.set(peerId, { name, stamp });
    },
    getRoute: (peerId) => routes.get(peerId),
    setRoute: (peerId, workspace) => routes.set(peerId, workspace),
    deleteRoute(peerId, workspace) {
      if (routes.peek(peerId) === workspace) routes.delete(peerId);
    },
    suggestPeers(text) {
      const ids = findIdsByName(names.entries(), text);
      if (ids.length === 0) return undefined;
      return `Use the id of a peer, not its name; known under this name: ${ids.map(label).join(", ")}.`;
    },
    label,
  };

  function label(peerId: string): string {
    const known = names.peek(peerId);
    if (known === undefined) return `peer ${peerId}`;
    known.label ??= `peer "${displayName({ id: peerId, name: known.name })}" (${peerId})`;
    return known.label;
  }
}

const MAX_SUGGESTIONS = 3;
// Longer input is a prompt rather than a name.
const MAX_NAME_LENGTH = 200;

/** A shorter name stands in too many texts. */
const MIN_NAME_LENGTH = 3;

/** Ids of the peers with this name, without regard to case, else of those whose name contains it or stands in it. */
function findIdsByName(names: Iterable<[string, KnownName]>, text: string): string[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "" || wanted.length > MAX_NAME_LENGTH) return [];
  const exact: string[] = [];
  const similar: string[] = [];
  for (const [id, { name }] of names) {
    const candidate = name.trim().toLowerCase();
    if (candidate === wanted) exact.push(id);
    else if (
      candidate.includes(wanted) ||
      (candidate.length >= MIN_NAME_LENGTH && wanted.includes(candidate))
    ) {
      similar.push(id);
    }
  }
  return (exact.length > 0 ? exact : similar).slice(0, MAX_SUGGESTIONS);
}
