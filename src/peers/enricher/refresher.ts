import type { A2AEvent, Emit } from "../../events";
import type { Workspace } from "../../identity/workspaces";
import { type Clock, MAX_TIMER_MS } from "../../runtime/clock";
import type { PeerCache } from "./cache";
import { createFailureLog } from "./failure-log";
import { createJobQueue, type Job } from "./job-queue";
import { createRateLimitPause } from "./rate-limit-pause";
import { type RefreshContext, requestList, requestPeer, shouldRequestList } from "./refresh-request";
import { createUnauthorizedBackoff } from "./unauthorized-backoff";
import { createWorkers } from "./workers";

export interface RefresherOptions
  extends Pick<RefreshContext, "ttlMs" | "failureTtlMs" | "discover" | "list"> {
  /** The most requests at once. */
  workers: number;
  /** The most jobs that wait for a worker; further ones are refused. */
  maxQueued: number;
  cache: PeerCache;
  clock: Clock;
  emit: Emit<A2AEvent>;
}

/** Requests the records of peers in the background, by a bounded queue and a few workers. */
export interface Refresher {
  /**
   * The job for the peer, existing or new. `undefined` when the queue is full, or the workspace makes no requests
   * because its token was refused.
   */
  request(key: string, workspace: Workspace, peerId: string): Job | undefined;
  /** Gives later callers for this peer a request of their own instead of the running one. */
  detach(key: string): void;
  /** How long no request starts because of a rate limit, in milliseconds; 0 when they may start. */
  pauseMs(): number;
  /** Resolves once no job is queued and no request runs. Keeps the process alive until then. */
  settled(): Promise<void>;
  counts(): { queued: number; inFlight: number; dropped: number };
  /** Settles all jobs; no request starts from now on. */
  close(): void;
}

export function createRefresher(options: RefresherOptions): Refresher {
  const context = createContext(options, () => workers.start());
  const { clock, cache, queue, pause, backoff, failureLog, runningLists } = context;
  const workers = createWorkers({ limit: options.workers, nextTask: nextRequest, onNoneRunning });
  const idleListeners = new Set<() => void>();

  function nextRequest(): (() => Promise<void>) | undefined {
    if (context.closed || pause.active) return undefined;
    for (;;) {
      // Jobs of a workspace whose list is under way wait for it: it may contain their peers.
      const job = queue.peek((workspace) => !runningLists.has(workspace));
      if (job === undefined) return undefined;
      const cached = cache.get(job.key);
      if (cached.refreshDue) return () => startRequest(job);
      // A peer list that the user requested meanwhile has the record.
      queue.settle(job, cached.record);
    }
  }

  function startRequest(job: Job): Promise<void> {
    const running = shouldRequestList(context, job)
      ? requestList(context, job.workspace)
      : requestPeer(context, job);
    pause.beginGap();
    return running;
  }

  function onNoneRunning(): void {
    if (!queue.idle) return;
    pause.clearGap();
    for (const resolve of idleListeners) resolve();
    idleListeners.clear();
  }

  return {
    request(key, workspace, peerId) {
      if (backoff.isActive(workspace)) return undefined;
      const job = queue.enqueue(key, workspace, peerId);
      if (job === undefined) failureLog.recordDropped();
      else workers.startSoon();
      return job;
    },
    pauseMs: () => pause.remainingMs,
    detach(key) {
      const job = queue.running(key);
      if (job !== undefined) queue.detach(job);
    },
    settled: () =>
      queue.idle && workers.running === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            // Somebody waits: the requests themselves do not keep the process alive, so this timer does.
            const stopTimer = clock.setTimer(() => {}, MAX_TIMER_MS);
            idleListeners.add(() => {
              stopTimer();
              resolve();
            });
          }),
    counts: () => ({ queued: queue.size, inFlight: workers.running, dropped: failureLog.dropped }),
    close() {
      context.closed = true;
      pause.close();
      queue.clear();
      workers.start();
    },
  };
}

function createContext(options: RefresherOptions, onPauseEnd: () => void): RefreshContext {
  const { ttlMs, failureTtlMs, maxQueued, cache, clock, emit, discover, list } = options;
  return {
    ttlMs,
    failureTtlMs,
    cache,
    clock,
    discover,
    list,
    queue: createJobQueue(maxQueued),
    pause: createRateLimitPause({ clock, maxPauseMs: ttlMs, onEnd: onPauseEnd }),
    backoff: createUnauthorizedBackoff(clock),
    failureLog: createFailureLog(emit),
    runningLists: new Set(),
    lastListAt: new Map(),
    closed: false,
  };
}
