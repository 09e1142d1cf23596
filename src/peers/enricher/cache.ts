import type { Workspace } from "../../identity/workspaces";
import type { Clock } from "../../runtime/clock";
import { createLruMap } from "../lru";
import type { PeerRecord } from "../record";

/** What is known of a peer at a moment. */
export interface CacheEntry {
  readonly record: PeerRecord | null;
  /** False when it is time to ask (again). */
  readonly settled: boolean;
}

export interface PeerCacheOptions {
  /** How long a record counts as fresh, and a missing peer as missing, in milliseconds. */
  ttlMs: number;
  maxPeers: number;
  /** The one whose keys need no prefix. */
  defaultWorkspace: Workspace;
  clock: Clock;
}

/**
 * What the workspaces of this process know of their peers. Kept apart for each asking workspace: what one was
 * refused, another may have been told.
 */
export interface PeerCache {
  /** What the other functions find a peer by, as seen from one workspace. */
  keyOf(workspace: Workspace, peerId: string): string;
  /** The record while it is fresh; the path of every hit, so it makes nothing. */
  fresh(key: string): PeerRecord | undefined;
  get(key: string): CacheEntry;
  /** Adds to what is known of the peer: discovery tells less than a list does, and must not erase it. */
  merge(workspace: Workspace, record: PeerRecord): PeerRecord;
  /** Remembers that asking failed, for `quietMs` milliseconds. A record that is known stays. */
  markFailed(key: string, quietMs: number): void;
  delete(key: string): void;
  readonly size: number;
}

interface Remembered {
  record: PeerRecord;
  freshUntil: number;
}

export function createPeerCache({ ttlMs, maxPeers, defaultWorkspace, clock }: PeerCacheOptions): PeerCache {
  const records = createLruMap<Remembered>(maxPeers);
  // Apart from the records, so that a flood of ids that lead nowhere drives no good record out.
  const failures = createLruMap<{ quietUntil: number }>(maxPeers);
  // One workspace is the usual case, and joining two strings would double the cost of a hit.
  const keyOf = (workspace: Workspace, peerId: string): string =>
    workspace === defaultWorkspace ? peerId : `${peerId} of ${workspace.id}`;

  return {
    keyOf,
    fresh(key) {
      const known = records.get(key);
      return known !== undefined && clock.now() < known.freshUntil ? known.record : undefined;
    },
    get(key) {
      const now = clock.now();
      const known = records.get(key);
      if (known !== undefined && now < known.freshUntil) return { record: known.record, settled: true };
      const failure = failures.get(key);
      const settled = failure !== undefined && now < failure.quietUntil;
      return { record: known?.record ?? null, settled };
    },
    merge(workspace, record) {
      const key = keyOf(workspace, record.id);
      const merged = merge(records.peek(key)?.record, record);
      // Stamped when the answer is here: a slow one would otherwise be born old.
      records.set(key, { record: merged, freshUntil: clock.now() + ttlMs });
      failures.delete(key);
      return merged;
    },
    markFailed(key, quietMs) {
      failures.set(key, { quietUntil: clock.now() + quietMs });
    },
    delete(key) {
      records.delete(key);
      failures.delete(key);
    },
    get size() {
      return records.size;
    },
  };
}

function merge(known: PeerRecord | undefined, news: PeerRecord): PeerRecord {
  if (known === undefined) return news;
  const merged = { ...known, ...news };
  // The platform may answer a discovery with an empty name; that tells nothing new.
  if (news.name === "" && known.name !== undefined) merged.name = known.name;
  return merged;
}
