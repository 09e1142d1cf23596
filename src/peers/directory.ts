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
  /** The peer as error messages name it. */
  label(peerId: string): string;
}

interface KnownName {
  readonly name: string;
  readonly stamp: number;
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
    label(peerId) {
      const name = names.peek(peerId)?.name;
      return name === undefined
        ? `peer ${peerId}`
        : `peer "${displayName({ id: peerId, name })}" (${peerId})`;
    },
  };
}
