import type { Workspace } from "../../identity/workspaces";
import type { Clock } from "../../runtime/clock";
import { createTurnTime } from "../../runtime/turn-time";
import { deepCopy, deepFreeze } from "../deep-copy";
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
  isDefault(workspace: Workspace): boolean;
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
  /** False for a response to a request that began before the key was deleted. */
  accepts(key: string, stamp: number): boolean;
  /** A number for a request that begins now: higher than those of all requests and deletions before it. */
  nextStamp(): number;
  /**
   * Stores a copy of the record, merged into the one that is cached: a discovery has fewer fields than a list and
   * must not erase those. Of two responses, the fields of the request that began last count. Removes a remembered
   * failure. A response to a request that began before the key was deleted is not stored. Returns the merged record,
   * which is frozen.
   *
   * @param stamp of the request. @default that of a request that begins now
   */
  merge(workspace: Workspace, record: PeerRecord, stamp?: number): PeerRecord;
  /** The same for each record of a list, but for those that the later ones would evict. */
  mergeList(workspace: Workspace, records: readonly PeerRecord[], stamp: number): void;
  /** Remembers a failure for `durationMs` milliseconds, unless the cache knows better since. A cached record stays. */
  markFailed(key: string, durationMs: number, stamp?: number): void;
  delete(key: string): void;
  /** Number of records. */
  readonly size: number;
}

interface CachedRecord {
  record: PeerRecord;
  /** False until the record is handed out: most records of a long list never are. */
  isFrozen: boolean;
  /** That of the request that began last of those whose responses are merged. */
  stamp: number;
  freshUntil: number;
}

interface CachedFailure {
  rememberedUntil: number;
}

export function createPeerCache({ ttlMs, maxPeers, isDefault, clock }: PeerCacheOptions): PeerCache {
  const records = createLruMap<CachedRecord>(maxPeers);
  // Separate, so that a flood of unknown ids evicts no good record.
  const failures = createLruMap<CachedFailure>(maxPeers);
  /** When keys were deleted, as stamps. */
  const deletions = createLruMap<number>(maxPeers);
  const turnTime = createTurnTime(clock.now);
  let latestStamp = 0;
  // One workspace is the usual case, and joining two strings would double the cost of a hit.
  const keyFor = (workspace: Workspace, peerId: string): string =>
    isDefault(workspace) ? peerId : `${peerId} of ${workspace.id}`;

  function nextStamp(): number {
    latestStamp += 1;
    return latestStamp;
  }

  const accepts = (key: string, stamp: number): boolean => stamp >= (deletions.peek(key) ?? 0);

  /** Returns what is stored; `undefined` where the record is not accepted. */
  function merge(workspace: Workspace, given: PeerRecord, stamp: number): CachedRecord | undefined {
    const key = keyFor(workspace, given.id);
    if (!accepts(key, stamp)) return undefined;
    const record = deepCopy(given);
    const cached = records.peek(key);
    failures.delete(key);
    const stored =
      cached !== undefined && stamp < cached.stamp
        ? { ...cached, record: mergeRecords(record, cached.record), isFrozen: false }
        : // Fresh from the response on, not from the request: a slow response would otherwise arrive stale.
          {
            record: mergeRecords(cached?.record, record),
            isFrozen: false,
            stamp,
            freshUntil: clock.now() + ttlMs,
          };
    records.set(key, stored);
    return stored;
  }

  return {
    keyFor,
    accepts,
    nextStamp,
    getFresh(key) {
      const cached = records.get(key);
      return cached !== undefined && turnTime() < cached.freshUntil ? handOut(cached) : undefined;
    },
    get(key) {
      const now = clock.now();
      const cached = records.get(key);
      if (cached !== undefined && now < cached.freshUntil)
        return { record: handOut(cached), refreshDue: false };
      const failure = failures.get(key);
      const refreshDue = failure === undefined || now >= failure.rememberedUntil;
      return { record: cached === undefined ? null : handOut(cached), refreshDue };
    },
    merge(workspace, record, stamp = nextStamp()) {
      const stored = merge(workspace, record, stamp);
      return stored === undefined ? deepFreeze(deepCopy(record)) : handOut(stored);
    },
    mergeList(workspace, list, stamp) {
      for (const record of list.slice(-maxPeers)) merge(workspace, record, stamp);
    },
    markFailed(key, durationMs, stamp = nextStamp()) {
      if (!accepts(key, stamp) || stamp < (records.peek(key)?.stamp ?? 0)) return;
      failures.set(key, { rememberedUntil: clock.now() + durationMs });
    },
    delete(key) {
      records.delete(key);
      failures.delete(key);
      deletions.set(key, nextStamp());
    },
    get size() {
      return records.size;
    },
  };
}

/** The record, frozen from now on. */
function handOut(cached: CachedRecord): PeerRecord {
  if (cached.isFrozen) return cached.record;
  cached.isFrozen = true;
  return deepFreeze(cached.record);
}

/** The fields of both records, those of `newer` where both have them. */
function mergeRecords(older: PeerRecord | undefined, newer: PeerRecord): PeerRecord {
  if (older === undefined) return newer;
  const merged = { ...older, ...newer };
  // The platform may answer a discovery with an empty name, which is no news.
  if (newer.name === "" && older.name !== undefined) merged.name = older.name;
  return merged;
}
