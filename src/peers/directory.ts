import type { Workspace } from "../identity/workspaces";
import { displayName } from "./display-name";
import { createLruMap } from "./lru";

// Enough for every peer of a large organisation, and a few megabytes at most.
const MOST_PEERS = 16_384;

/** What has been learnt about peers on the way: their names, and which of our workspaces reaches them. */
export interface Directory {
  nameOf(peerId: string): string | undefined;
  learnName(peerId: string, name: unknown): void;
  /** The workspace whose peer list showed the peer last. */
  routeTo(peerId: string): Workspace | undefined;
  learnRoute(peerId: string, workspace: Workspace): void;
  /** Forgets the route, if it leads over `workspace`, which was refused or did not find the peer. */
  dropRoute(peerId: string, workspace: Workspace): void;
  /** How errors name the peer. */
  label(peerId: string): string;
}

/** Bounded: a process that meets a million peers keeps the ones it met last. */
export function createDirectory(): Directory {
  const names = createLruMap<string>(MOST_PEERS);
  const routes = createLruMap<Workspace>(MOST_PEERS);
  return {
    nameOf: (peerId) => names.get(peerId),
    learnName(peerId, name) {
      if (typeof name === "string" && name.trim() !== "") names.set(peerId, name);
    },
    routeTo: (peerId) => routes.get(peerId),
    learnRoute: (peerId, workspace) => routes.set(peerId, workspace),
    dropRoute(peerId, workspace) {
      if (routes.peek(peerId) === workspace) routes.delete(peerId);
    },
    label(peerId) {
      const name = names.peek(peerId);
      return name === undefined
        ? `peer ${peerId}`
        : `peer "${displayName({ id: peerId, name })}" (${peerId})`;
    },
  };
}
