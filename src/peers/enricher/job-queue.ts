import type { Workspace } from "../../identity/workspaces";
import type { PeerRecord } from "../record";

/** One question that waits for its answer, however many want to know. */
export interface Job {
  readonly key: string;
  readonly workspace: Workspace;
  readonly peerId: string;
  /** Set once a peer list did not hold the peer: it is asked for by itself. */
  singly: boolean;
  /** Set when the peer was forgotten while the question was open: its answer is not to be remembered. */
  outdated: boolean;
  /** Those who wait; a push does not. */
  readonly waiters: Set<(record: PeerRecord | null) => void>;
}

/** The questions that nobody has taken up yet, in the order they came, at most `max` of them. */
export interface JobQueue {
  /** The job for this question, new or already known; `undefined` when the line is full. */
  enqueue(key: string, workspace: Workspace, peerId: string): Job | undefined;
  /** The question, if it is being asked. */
  running(key: string): Job | undefined;
  /** The first whose workspace passes. It stays in the line. */
  peek(passes: (workspace: Workspace) => boolean): Job | undefined;
  /** All that wait for answers to one workspace. */
  forWorkspace(workspace: Workspace): Job[];
  /** Takes a job out of the line to ask; it still counts as being asked. */
  start(job: Job): void;
  /** Puts a job back to the end, to be asked again later, or joins it to a newer one. False when the line is full. */
  requeue(job: Job): boolean;
  /** Separates a question that is being asked from the ones to come: they get an answer of their own. */
  detach(job: Job): void;
  /** Ends a job: everybody who waits is told. */
  settle(job: Job, record: PeerRecord | null): void;
  /** Ends all jobs. */
  clear(): void;
  readonly waiting: number;
  /** True when no question waits or is being asked. */
  readonly idle: boolean;
}

export function createJobQueue(max: number): JobQueue {
  const waiting = new Map<string, Job>();
  const asked = new Map<string, Job>();

  function end(job: Job, record: PeerRecord | null): void {
    if (waiting.get(job.key) === job) waiting.delete(job.key);
    if (asked.get(job.key) === job) asked.delete(job.key);
    for (const tell of job.waiters) tell(record);
    job.waiters.clear();
  }

  return {
    enqueue(key, workspace, peerId) {
      const known = waiting.get(key) ?? asked.get(key);
      if (known !== undefined) return known;
      if (waiting.size >= max) return undefined;
      const job: Job = { key, workspace, peerId, singly: false, outdated: false, waiters: new Set() };
      waiting.set(key, job);
      return job;
    },
    running: (key) => asked.get(key),
    peek(passes) {
      for (const job of waiting.values()) if (passes(job.workspace)) return job;
      return undefined;
    },
    forWorkspace: (workspace) => [...waiting.values()].filter((job) => job.workspace === workspace),
    start(job) {
      waiting.delete(job.key);
      asked.set(job.key, job);
    },
    requeue(job) {
      if (asked.get(job.key) === job) asked.delete(job.key);
      const next = waiting.get(job.key) ?? asked.get(job.key);
      if (next !== undefined) {
        for (const tell of job.waiters) next.waiters.add(tell);
        job.waiters.clear();
        return true;
      }
      if (waiting.size >= max) return false;
      job.outdated = false;
      waiting.set(job.key, job);
      return true;
    },
    detach(job) {
      job.outdated = true;
      if (asked.get(job.key) === job) asked.delete(job.key);
    },
    settle: end,
    clear() {
      for (const job of [...waiting.values(), ...asked.values()]) end(job, null);
    },
    get waiting() {
      return waiting.size;
    },
    get idle() {
      return waiting.size === 0 && asked.size === 0;
    },
  };
}
