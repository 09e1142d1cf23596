import type { PeerRecord } from "a2a-peers";
import { createLruModel, type LruModel } from "../lru-model";
import type { Limits } from "./limits";

/** The result of a request: records, or the kind of its failure. */
export type Outcome =
  | { kind: "records"; records: readonly PeerRecord[] }
  | { kind: "missing" | "unavailable" | "undiscoverable" | "unauthorized" }
  | { kind: "rate-limited"; retryAfterMs: number };

interface Job {
  key: string;
  workspace: string;
  peerId: string;
  unlisted: boolean;
  undiscoverable: boolean;
  detached: boolean;
}

/** A running request: for the peer of `job`, or without one for the list of the workspace. */
export interface Request {
  workspace: string;
  job?: Job;
  /** Higher for a request that began later. */
  stamp: number;
}

interface ModelState {
  readonly limits: Limits;
  now: number;
  stamp: number;
  dropped: number;
  hits: number;
  misses: number;
  readonly queued: Job[];
  readonly running: Request[];
  readonly records: LruModel<{ record: PeerRecord; freshUntil: number; stamp: number }>;
  readonly deletions: LruModel<number>;
  readonly failures: LruModel<{ until: number }>;
  readonly lastListAt: Map<string, number>;
  /** Refusals of the token in a row, by workspace. */
  readonly refusals: Map<string, number>;
  readonly backoffUntil: Map<string, number>;
  pausedUntil: number | undefined;
  gapMs: number;
}

/** The documented behaviour of the enricher in the simplest form, one synchronous step at a time. */
export function createModel(limits: Limits) {
  const state: ModelState = {
    limits,
    now: 0,
    stamp: 0,
    dropped: 0,
    hits: 0,
    misses: 0,
    queued: [],
    running: [],
    records: createLruModel(limits.maxPeers),
    deletions: createLruModel(limits.maxPeers),
    failures: createLruModel(limits.maxPeers),
    lastListAt: new Map(),
    refusals: new Map(),
    backoffUntil: new Map(),
    pausedUntil: undefined,
    gapMs: 0,
  };
  return {
    state: state as Readonly<ModelState>,
    get: (workspace: string, peerId: string) => get(state, workspace, peerId),
    /** Stores the record of a list that the user requested. */
    merge: (workspace: string, record: PeerRecord) => merge(state, workspace, record, nextStamp(state)),
    invalidate: (workspace: string, peerId: string) => invalidate(state, workspace, peerId),
    /** Starts as many requests as there are free workers. */
    start: () => start(state),
    /** Ends the running request at this index. */
    end(index: number, outcome: Outcome): void {
      const [request] = state.running.splice(index, 1);
      if (request?.job !== undefined) endPeerRequest(state, request, request.job, outcome);
      else if (request !== undefined) endListRequest(state, request, outcome);
      start(state);
    },
    advance(ms: number): void {
      const end = state.now + ms;
      while (state.pausedUntil !== undefined && state.pausedUntil <= end) {
        state.now = state.pausedUntil;
        state.pausedUntil = undefined;
        start(state);
      }
      state.now = end;
    },
  };
}

function get(state: ModelState, workspace: string, peerId: string): PeerRecord | null {
  const key = keyFor(workspace, peerId);
  const { record, refreshDue } = lookUp(state, key);
  if (record !== null || !refreshDue) state.hits += 1;
  else state.misses += 1;
  if (refreshDue) enqueue(state, key, workspace, peerId);
  return record;
}

function nextStamp(state: ModelState): number {
  state.stamp += 1;
  return state.stamp;
}

function isAccepted({ deletions }: ModelState, key: string, stamp: number): boolean {
  return stamp >= (deletions.peek(key) ?? 0);
}

function merge(state: ModelState, workspace: string, record: PeerRecord, stamp: number): void {
  const key = keyFor(workspace, record.id);
  if (!isAccepted(state, key, stamp)) return;
  state.failures.delete(key);
  const cached = state.records.peek(key);
  if (cached !== undefined && stamp < cached.stamp) {
    state.records.set(key, { ...cached, record: { ...record, ...cached.record } });
    return;
  }
  const merged = { ...cached?.record, ...record };
  state.records.set(key, { record: merged, freshUntil: state.now + state.limits.ttlMs, stamp });
}

function invalidate(state: ModelState, workspace: string, peerId: string): void {
  const key = keyFor(workspace, peerId);
  state.records.delete(key);
  state.failures.delete(key);
  state.deletions.set(key, nextStamp(state));
  for (const { job } of state.running) if (job?.key === key) job.detached = true;
}

function start(state: ModelState): void {
  const { queued, running, limits } = state;
  while (state.pausedUntil === undefined && running.length < limits.workers) {
    const job = queued.find(({ workspace }) => !isListRunning(state, workspace));
    if (job === undefined) break;
    if (!lookUp(state, job.key).refreshDue) {
      dequeue(state, job);
      continue;
    }
    const { workspace } = job;
    if (shouldRequestList(state, job)) running.push({ workspace, stamp: nextStamp(state) });
    else {
      dequeue(state, job);
      running.push({ workspace, job, stamp: nextStamp(state) });
    }
    // After a 429 requests start one at a time.
    if (state.gapMs > 0) state.pausedUntil = state.now + state.gapMs;
  }
  if (queued.length === 0 && running.length === 0) state.gapMs = 0;
}

function lookUp(state: ModelState, key: string): { record: PeerRecord | null; refreshDue: boolean } {
  const cached = state.records.get(key);
  if (cached !== undefined && state.now < cached.freshUntil) {
    return { record: cached.record, refreshDue: false };
  }
  const failure = state.failures.get(key);
  return { record: cached?.record ?? null, refreshDue: failure === undefined || state.now >= failure.until };
}

function enqueue(state: ModelState, key: string, workspace: string, peerId: string): void {
  if (state.now < (state.backoffUntil.get(workspace) ?? 0)) return;
  if (findJob(state, key) !== undefined) return;
  if (isFull(state)) state.dropped += 1;
  else state.queued.push({ key, workspace, peerId, unlisted: false, undiscoverable: false, detached: false });
}

/** The queued or running job for this key that calls share. */
function findJob(state: ModelState, key: string): Job | undefined {
  const jobs = [...state.queued, ...state.running.map(({ job }) => job)];
  return jobs.find((job) => job?.key === key && !job.detached);
}

function endPeerRequest(state: ModelState, { stamp }: Request, job: Job, outcome: Outcome): void {
  if (outcome.kind === "undiscoverable" && !job.unlisted && isListDue(state, job.workspace)) {
    job.undiscoverable = true;
    if (findJob(state, job.key) !== undefined) return;
    if (!isFull(state)) {
      state.queued.push({ ...job, detached: false });
      return;
    }
  }
  countRefusals(state, job.workspace, outcome.kind);
  const [record] = outcome.kind === "records" ? outcome.records : [];
  if (record !== undefined) merge(state, job.workspace, record, stamp);
  else if (outcome.kind === "rate-limited") {
    pause(state, outcome.retryAfterMs);
    if (findJob(state, job.key) !== undefined) return;
    if (isFull(state)) {
      state.dropped += 1;
      settleFailed(state, job, outcome.kind, stamp);
    } else state.queued.push({ ...job, detached: false });
  } else settleFailed(state, job, outcome.kind, stamp);
}

function endListRequest(state: ModelState, { workspace, stamp }: Request, outcome: Outcome): void {
  const jobs = state.queued.filter((job) => job.workspace === workspace);
  if (outcome.kind !== "records") countRefusals(state, workspace, outcome.kind);
  if (outcome.kind === "records") {
    state.lastListAt.set(workspace, state.now);
    const records = outcome.records.filter(({ id }) => isAccepted(state, keyFor(workspace, id), stamp));
    for (const record of records) merge(state, workspace, record, stamp);
    for (const job of jobs) {
      const record = records.find(({ id }) => id === job.peerId);
      if (record !== undefined) {
        countRefusals(state, workspace, outcome.kind);
        merge(state, workspace, record, stamp);
        dequeue(state, job);
      } else if (job.undiscoverable) settleFailed(state, job, "unavailable", stamp);
      else job.unlisted = true;
    }
  } else if (outcome.kind === "rate-limited") pause(state, outcome.retryAfterMs);
  else {
    if (outcome.kind === "missing") state.lastListAt.set(workspace, state.now);
    for (const job of jobs) {
      if (outcome.kind !== "missing") settleFailed(state, job, outcome.kind, stamp);
      else if (job.undiscoverable) settleFailed(state, job, "unavailable", stamp);
    }
  }
}

function countRefusals(state: ModelState, workspace: string, kind: Outcome["kind"]): void {
  const count = kind === "unauthorized" ? (state.refusals.get(workspace) ?? 0) + 1 : 0;
  state.refusals.set(workspace, count);
  if (count >= 3) state.backoffUntil.set(workspace, state.now + Math.min(5000 * 2 ** (count - 3), 300_000));
}

function settleFailed(state: ModelState, job: Job, kind: Outcome["kind"], stamp: number): void {
  const { ttlMs, failureTtlMs } = state.limits;
  const durations: Partial<Record<Outcome["kind"], number>> = {
    missing: ttlMs,
    unavailable: failureTtlMs,
    undiscoverable: failureTtlMs,
  };
  const durationMs = durations[kind];
  const isKnownBetter = stamp < (state.records.peek(job.key)?.stamp ?? 0);
  if (durationMs !== undefined && isAccepted(state, job.key, stamp) && !isKnownBetter) {
    state.failures.set(job.key, { until: state.now + durationMs });
  }
  dequeue(state, job);
  // Reading the record for the waiters counts as a use.
  lookUp(state, job.key);
}

function pause(state: ModelState, retryAfterMs: number): void {
  state.gapMs = Math.min(Math.max(2 * state.gapMs, 1000), 30_000);
  const until = state.now + Math.min(Math.max(retryAfterMs, 1000), state.limits.ttlMs);
  state.pausedUntil = Math.max(until, state.pausedUntil ?? until);
}

function isFull({ queued, limits }: ModelState): boolean {
  return queued.length >= limits.maxQueued;
}

function shouldRequestList(state: ModelState, { workspace, unlisted, undiscoverable }: Job): boolean {
  const several = state.queued.filter((job) => job.workspace === workspace).length > 1;
  return (several || undiscoverable) && !unlisted && isListDue(state, workspace);
}

function isListDue(state: ModelState, workspace: string): boolean {
  const last = state.lastListAt.get(workspace) ?? Number.NEGATIVE_INFINITY;
  return state.now - last >= state.limits.failureTtlMs;
}

function isListRunning({ running }: ModelState, workspace: string): boolean {
  return running.some((request) => request.job === undefined && request.workspace === workspace);
}

function dequeue({ queued }: ModelState, job: Job): void {
  const index = queued.indexOf(job);
  if (index >= 0) queued.splice(index, 1);
}

const keyFor = (workspace: string, peerId: string): string => `${workspace}/${peerId}`;
