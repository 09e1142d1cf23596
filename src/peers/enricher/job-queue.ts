import type { Workspace } from "../../identity/workspaces";
import type { PeerRecord } from "../record";

/** One lookup of a peer in the background, shared by all callers that want its record (request coalescing). */
export interface Job {
  /** The key of the peer in the cache. */
  readonly key: string;
  readonly workspace: Workspace;
  readonly peerId: string;
  /** True once a peer list did not contain the peer: from then on it is requested individually. */
  unlisted: boolean;
  /** True once the platform has shown no record of the peer alone: only a peer list may have one. */
  undiscoverable: boolean;
  /** The callers that wait for the record. `get` adds none. */
  readonly waiters: Set<Waiter>;
}

/** A caller that waits for the record of a job. */
export interface Waiter {
  settle(record: PeerRecord | null): void;
  /** The job waits for the end of a pause of this length, in milliseconds. */
  onPause(pauseMs: number): void;
}

/** Queued and running jobs by key, at most one of each for a key. Queued ones are in the order of their arrival. */
export interface JobQueue {
  /** The job with this key, created if there is none. `undefined` when the queue is full. */
  enqueue(key: string, workspace: Workspace, peerId: string): Job | undefined;
  /** The running job with this key. */
  running(key: string): Job | undefined;
  /** The first queued job whose workspace passes the filter. It stays queued. */
  peek(filter: (workspace: Workspace) => boolean): Job | undefined;
  /** All queued jobs of one workspace. */
  forWorkspace(workspace: Workspace): Job[];
  /** Moves a job from the queued to the running ones. */
  start(job: Job): void;
  /** Moves a running job to the end of the queue, or its waiters to a newer job. False when the queue is full. */
  requeue(job: Job): boolean;
  /** Detaches a running job from its key: callers from now on get a job of their own. */
  detach(job: Job): void;
  /** Ends a job with this result for its waiters. */
  settle(job: Job, record: PeerRecord | null): void;
  /** Tells those who wait for queued jobs that no request starts within `pauseMs` milliseconds. */
  notifyPause(pauseMs: number): void;
  /** Ends all jobs; their waiters get `null`. */
  clear(): void;
  /** Number of queued jobs. */
  readonly size: number;
  /** True when no job is queued or running. Detached jobs do not count. */
  readonly idle: boolean;
}

/** Creates a queue for at most `maxQueued` jobs; running ones do not count. It refuses the newest (load shedding). */
export function createJobQueue(maxQueued: number): JobQueue {
  const queued = new Map<string, Job>();
  const running = new Map<string, Job>();

  function find(key: string): Job | undefined {
    return queued.get(key) ?? running.get(key);
  }

  /** A detached job may no longer be the one with its key. */
  function stopRunning(job: Job): void {
    if (running.get(job.key) === job) running.delete(job.key);
  }

  function settle(job: Job, record: PeerRecord | null): void {
    if (queued.get(job.key) === job) queued.delete(job.key);
    stopRunning(job);
    for (const waiter of job.waiters) waiter.settle(record);
    job.waiters.clear();
  }

  return {
    enqueue(key, workspace, peerId) {
      const existing = find(key);
      if (existing !== undefined) return existing;
      if (queued.size >= maxQueued) return undefined;
      const job: Job = { key, workspace, peerId, unlisted: false, undiscoverable: false, waiters: new Set() };
      queued.set(key, job);
      return job;
    },
    running: (key) => running.get(key),
    peek(filter) {
      for (const job of queued.values()) if (filter(job.workspace)) return job;
      return undefined;
    },
    forWorkspace: (workspace) => [...queued.values()].filter((job) => job.workspace === workspace),
    start(job) {
      queued.delete(job.key);
      running.set(job.key, job);
    },
    requeue(job) {
      stopRunning(job);
      const newer = find(job.key);
      if (newer !== undefined) {
        for (const waiter of job.waiters) newer.waiters.add(waiter);
        job.waiters.clear();
        return true;
      }
      if (queued.size >= maxQueued) return false;
      queued.set(job.key, job);
      return true;
    },
    detach: stopRunning,
    notifyPause(pauseMs) {
      for (const job of queued.values()) for (const waiter of job.waiters) waiter.onPause(pauseMs);
    },
    settle,
    clear() {
      for (const job of [...queued.values(), ...running.values()]) settle(job, null);
    },
    get size() {
      return queued.size;
    },
    get idle() {
      return queued.size === 0 && running.size === 0;
    },
  };
}
