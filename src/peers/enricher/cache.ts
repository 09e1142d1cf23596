import type { Workspace } from "../../identity/workspaces";
import type { Clock } from "../../runtime/clock";
import { createLruMap } from "../lru";
import type { PeerRecord } from "../record";

/** What the cache holds for a key. */
export interface CacheEntry {
  /** The record, fresh or stale; `null` when there is none. */
  readonly record: PeerRecord | null;
  /** True when a request is due: the record is stale or missing, and no recent failure is remembered. */
  readonly refreshDue: boolean;
}

export interface PeerCacheOptions {
  /** How long a record is fresh, in milliseconds. */
  ttlMs: number;
  /** Bound of the records and, separately, of the failures; the least recently used one is evicted. */
  maxPeers: number;
  /** The workspace whose keys have no suffix. */
  defaultWorkspace: Workspace;
  clock: Clock;
}

/**
 * The records of peers and the recent failures to get them (negative caching). Each asking workspace has entries of
 * its own, because a peer may be visible to one and not to another.
 */
export interface PeerCache {
  /** The key of a peer as seen from one workspace. */
  keyFor(workspace: Workspace, peerId: string): string;
  /** The record while it is fresh. The path of every hit, so it allocates nothing. */
  getFresh(key: string): PeerRecord | undefined;
  get(key: string): CacheEntry;
  /**
   * Stores the record, merged into the one that is cached: a discovery has fewer fields than a list and must not
   * erase those. Removes a remembered failure. Returns the merged record, fresh from now on.
   */
  merge(workspace: Workspace, record: PeerRecord): PeerRecord;
  /** Remembers a failure for `durationMs` milliseconds. A cached record stays. */
  markFailed(key: string, durationMs: number): void;
  delete(key: string): void;
  /** Number of records. */
  readonly size: number;
}

interface CachedRecord {
  record: PeerRecord;
  freshUntil: number;
}

interface CachedFailure {
  rememberedUntil: number;
}

export function createPeerCache({ ttlMs, maxPeers, defaultWorkspace, clock }: PeerCacheOptions): PeerCache {
  const records = createLruMap<CachedRecord>(maxPeers);
  // Separate, so that a flood of unknown ids evicts no good record.
  const failures = createLruMap<CachedFailure>(maxPeers);
  // One workspace is the usual case, and joining two strings would double the cost of a hit.
  const keyFor = (workspace: Workspace, peerId: string): string =>
    workspace === defaultWorkspace ? peerId : `${peerId} of ${workspace.id}`;

  return {
    keyFor,
    getFresh(key) {
      const cached = records.get(key);
      return cached !== undefined && clock.now() < cached.freshUntil ? cached.record : undefined;
    },
    get(key) {
      const now = clock.now();
      const cached = records.get(key);
      if (cached !== undefined && now < cached.freshUntil)
        return { record: cached.record, refreshDue: false };
      const failure = failures.get(key);
      const refreshDue = failure === undefined || now >= failure.rememberedUntil;
      return { record: cached?.record ?? null, refreshDue };
    },
    merge(workspace, record) {
      const key = keyFor(workspace, record.id);
      const merged = mergeRecords(records.peek(key)?.record, record);
      // Counted from the response, not from the request: a slow response would otherwise arrive stale.
      records.set(key, { record: merged, freshUntil: clock.now() + ttlMs });
      failures.delete(key);
      return merged;
    },
    markFailed(key, durationMs) {
      failures.set(key, { rememberedUntil: clock.now() + durationMs });
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

function mergeRecords(cached: PeerRecord | undefined, update: PeerRecord): PeerRecord {
  if (cached === undefined) return update;
  const merged = { ...cached, ...update };
  // The platform may answer a discovery with an empty name, which is no news.
  if (update.name === "" && cached.name !== undefined) merged.name = cached.name;
  return merged;
}
