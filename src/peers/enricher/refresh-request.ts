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
  /** The workspaces whose peer list is requested at the moment, with the peers that were invalidated meanwhile. */
  runningLists: Map<Workspace, Set<string>>;
  /** When the list of a workspace came last, or proved to be of no use. */
  lastListAt: Map<Workspace, number>;
  closed: boolean;
  /** Requests one peer, without writing to the cache. */
  discover(workspace: Workspace, peerId: string): Promise<PeerRecord>;
  /** Requests all peers of the workspace, without writing to the cache. */
  list(workspace: Workspace): Promise<readonly PeerRecord[]>;
}

/**
 * True when one peer list should serve all queued jobs of the workspace (batching): there are several, and no list
 * within the last `failureTtlMs` left this one unserved.
 */
export function shouldRequestList(context: RefreshContext, { workspace, unlisted }: Job): boolean {
  if (unlisted || context.queue.forWorkspace(workspace).length < 2) return false;
  const last = context.lastListAt.get(workspace);
  return last === undefined || context.clock.now() - last >= context.failureTtlMs;
}

/** Requests the peer list of a workspace and settles the queued jobs of all peers in it. */
export async function requestList(context: RefreshContext, workspace: Workspace): Promise<void> {
  const { cache, queue, runningLists, lastListAt, clock } = context;
  const invalidated = new Set<string>();
  runningLists.set(workspace, invalidated);
  try {
    const listed = new Map<string, PeerRecord>();
    for (const record of await context.list(workspace)) {
      if (invalidated.has(record.id)) continue;
      cache.merge(workspace, record);
      listed.set(record.id, record);
    }
    lastListAt.set(workspace, clock.now());
    for (const job of queue.forWorkspace(workspace)) {
      const record = listed.get(job.peerId);
      // Stored a second time, so that a list longer than the cache does not evict the peers that were requested.
      if (record !== undefined) queue.settle(job, storeRecord(context, job, record));
      else job.unlisted = true;
    }
  } catch (error) {
    const scope = recordFailure(context, workspace, undefined, error);
    // A platform that has no list for the workspace may still know single peers; one that is away does not.
    if (scope === "peer") lastListAt.set(workspace, clock.now());
    else if (scope !== "rate-limit") {
      for (const job of queue.forWorkspace(workspace)) settleFailed(context, job, scope);
    }
  } finally {
    runningLists.delete(workspace);
  }
}

/** Requests one peer and settles its job, or queues the job again after a 429. */
export async function requestPeer(context: RefreshContext, job: Job): Promise<void> {
  const { queue, failureLog } = context;
  queue.start(job);
  try {
    queue.settle(job, storeRecord(context, job, await context.discover(job.workspace, job.peerId)));
  } catch (error) {
    const scope = recordFailure(context, job.workspace, job.peerId, error);
    if (scope === "rate-limit" && !context.closed) {
      if (queue.requeue(job)) return;
      failureLog.recordDropped();
    }
    settleFailed(context, job, scope);
  }
}

function storeRecord({ cache, backoff, failureLog }: RefreshContext, job: Job, record: PeerRecord) {
  backoff.recordSuccess(job.workspace);
  failureLog.recordSuccess(job.workspace);
  return job.detached ? record : cache.merge(job.workspace, record);
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
function settleFailed({ cache, queue, ttlMs, failureTtlMs }: RefreshContext, job: Job, scope: FailureScope) {
  if (!job.detached && scope === "peer") cache.markFailed(job.key, ttlMs);
  if (!job.detached && scope === "platform") cache.markFailed(job.key, failureTtlMs);
  queue.settle(job, cache.get(job.key).record);
}
