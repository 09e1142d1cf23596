import { isA2AError } from "../../errors";
import type { Workspace } from "../../identity/workspaces";
import type { Clock } from "../../runtime/clock";
import type { PeerRecord } from "../record";
import type { PeerCache } from "./cache";
import type { FailureLog } from "./failure-log";
import { type FailureScope, failureScope } from "./failure-scope";
import type { Job, JobQueue } from "./job-queue";
import type { RateLimitPause } from "./rate-limit-pause";
import type { UnauthorizedBackoff } from "./unauthorized-backoff";

/** What the background requests of one enricher share. */
export interface RefreshContext {
  /** How long a failure about a peer is remembered, in milliseconds. */
  ttlMs: number;
  /** How long a failure of the platform is remembered, and a workspace gets no second list, in milliseconds. */
  failureTtlMs: number;
  clock: Clock;
  cache: PeerCache;
  queue: JobQueue;
  pause: RateLimitPause;
  backoff: UnauthorizedBackoff;
  failureLog: FailureLog;
  /** The workspaces whose peer list is requested at the moment. */
  runningLists: Set<Workspace>;
  /** When the list of a workspace came last, or proved to be of no use. */
  lastListAt: Map<Workspace, number>;
  closed: boolean;
  /** Requests one peer, without writing to the cache. */
  discover(workspace: Workspace, peerId: string): Promise<PeerRecord>;
  /** Requests all peers of the workspace, without writing to the cache. */
  list(workspace: Workspace): Promise<readonly PeerRecord[]>;
}

/**
 * True when one peer list should serve all queued jobs of the workspace (batching): there are several, or this one
 * can be served by nothing else, and no list came within the last `failureTtlMs`.
 */
export function shouldRequestList(context: RefreshContext, job: Job): boolean {
  const { workspace } = job;
  if (job.unlisted) return false;
  if (!job.undiscoverable && context.queue.forWorkspace(workspace).length < 2) return false;
  return isListDue(context, workspace);
}

function isListDue(context: RefreshContext, workspace: Workspace): boolean {
  const last = context.lastListAt.get(workspace);
  return last === undefined || context.clock.now() - last >= context.failureTtlMs;
}

/** Requests the peer list of a workspace and settles the queued jobs of all peers in it. */
export async function requestList(context: RefreshContext, workspace: Workspace): Promise<void> {
  const { cache, queue, runningLists, lastListAt, clock } = context;
  const stamp = cache.nextStamp();
  runningLists.add(workspace);
  try {
    const listed = new Map<string, PeerRecord>();
    for (const record of await context.list(workspace)) {
      // Invalidated meanwhile: the job for it wants an answer from after that.
      if (!cache.accepts(cache.keyFor(workspace, record.id), stamp)) continue;
      cache.merge(workspace, record, stamp);
      listed.set(record.id, record);
    }
    lastListAt.set(workspace, clock.now());
    for (const job of queue.forWorkspace(workspace)) {
      const record = listed.get(job.peerId);
      // Stored a second time, so that a list longer than the cache does not evict the peers that were requested.
      if (record !== undefined) queue.settle(job, storeRecord(context, job, record, stamp));
      else if (job.undiscoverable) settleFailed(context, job, "platform", stamp);
      else job.unlisted = true;
    }
  } catch (error) {
    const scope = recordFailure(context, workspace, undefined, error);
    if (scope === "rate-limit") return notifyPause(context);
    // A platform that has no list for the workspace may still know single peers; one that is away does not.
    if (scope === "peer") lastListAt.set(workspace, clock.now());
    for (const job of queue.forWorkspace(workspace)) {
      if (scope !== "peer") settleFailed(context, job, scope, stamp);
      else if (job.undiscoverable) settleFailed(context, job, "platform", stamp);
    }
  } finally {
    runningLists.delete(workspace);
  }
}

/**
 * Requests one peer and settles its job. Queues the job again after a 429, and for a peer list when the platform knows
 * the peer and shows no record of it alone, as of one without a URL.
 */
export async function requestPeer(context: RefreshContext, job: Job): Promise<void> {
  const { queue, failureLog } = context;
  const stamp = context.cache.nextStamp();
  queue.start(job);
  try {
    queue.settle(job, storeRecord(context, job, await context.discover(job.workspace, job.peerId), stamp));
  } catch (error) {
    if (isUnavailable(error) && !job.unlisted && isListDue(context, job.workspace)) {
      job.undiscoverable = true;
      if (queue.requeue(job)) return;
    }
    const scope = recordFailure(context, job.workspace, job.peerId, error);
    if (scope === "rate-limit" && !context.closed) {
      if (queue.requeue(job)) return notifyPause(context);
      failureLog.recordDropped();
    }
    settleFailed(context, job, scope, stamp);
  }
}

const isUnavailable = (error: unknown): boolean => isA2AError(error) && error.code === "peer_unavailable";

function notifyPause({ queue, pause }: RefreshContext): void {
  queue.notifyPause(pause.remainingMs);
}

function storeRecord(context: RefreshContext, job: Job, record: PeerRecord, stamp: number): PeerRecord {
  context.backoff.recordSuccess(job.workspace);
  context.failureLog.recordSuccess(job.workspace);
  return context.cache.merge(job.workspace, record, stamp);
}

function recordFailure(
  { pause, backoff, failureLog }: RefreshContext,
  workspace: Workspace,
  peerId: string | undefined,
  error: unknown,
): FailureScope {
  const scope = failureScope(error);
  if (!isA2AError(error) || error.code === "closed") return scope;
  backoff.recordFailure(workspace, error.code);
  failureLog.recordFailure(workspace, peerId, error);
  if (scope === "rate-limit") pause.begin(error.retryAfterMs);
  return scope;
}

/** Remembers the failure as long as its scope says; waiters get the record that is cached. */
function settleFailed(context: RefreshContext, job: Job, scope: FailureScope, stamp: number): void {
  const { cache, queue, ttlMs, failureTtlMs } = context;
  if (scope === "peer") cache.markFailed(job.key, ttlMs, stamp);
  if (scope === "platform") cache.markFailed(job.key, failureTtlMs, stamp);
  queue.settle(job, cache.get(job.key).record);
}
