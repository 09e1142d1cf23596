import { type A2AErrorCode, isA2AError } from "../../errors";
import type { A2AEvent, Emit } from "../../events";
import { shouldReport } from "../../events/thinning";
import type { Workspace } from "../../identity/workspaces";
import type { Clock } from "../../runtime/clock";
import type { PeerRecord } from "../record";
import type { PeerCache } from "./cache";
import { type FailureScope, failureScope } from "./failure-scope";
import { createJobQueue, type Job } from "./job-queue";

export interface RefresherContext {
  ttlMs: number;
  failureTtlMs: number;
  workers: number;
  maxQueued: number;
  memory: PeerCache;
  clock: Clock;
  emit: Emit<A2AEvent>;
  /** One question for one peer. What it learns is for the enricher to keep. */
  discover(workspace: Workspace, peerId: string): Promise<PeerRecord>;
  /** One question for all peers of the workspace. What it learns is for the enricher to keep. */
  list(workspace: Workspace): Promise<readonly PeerRecord[]>;
}

/** The questions for peers that nobody waits for, and the few workers that ask them. */
export interface Refresher {
  /** The question for the peer, asked already or from now on; `undefined` when too many wait. */
  request(key: string, workspace: Workspace, peerId: string): Job | undefined;
  /** What is being asked for this peer was asked before it was forgotten: its answer is not to be kept. */
  forget(key: string, workspace: Workspace, peerId: string): void;
  /** Resolves once no question waits or is being asked. */
  settled(): Promise<void>;
  counts(): { queued: number; inFlight: number; dropped: number };
  close(): void;
}

/** A platform that says "slow down" without saying how long is asked again after this, in milliseconds. */
const SHORTEST_PAUSE_MS = 1000;

/**
 * Under a limit that others share (beats above all), what waits is asked for one at a time: first so far apart, and
 * twice as far after each further refusal, in milliseconds. Forgotten when nothing waits any more.
 */
const SHORTEST_GAP_MS = 1000;
const LONGEST_GAP_MS = 30_000;

/** So many refusals of a workspace's token in a row are believed: its questions rest for a while, which grows. */
const REFUSALS_BELIEVED = 3;
const SHORTEST_REST_MS = 5000;
const LONGEST_REST_MS = 300_000;

export function createRefresher(context: RefresherContext): Refresher {
  const { memory, clock, ttlMs, failureTtlMs, workers } = context;
  const line = createJobQueue(context.maxQueued);
  const counts = { inFlight: 0, dropped: 0 };
  /** The workspaces whose list is being asked for, with the peers that were forgotten meanwhile. */
  const listing = new Map<Workspace, Set<string>>();
  const listedAt = new Map<Workspace, number>();
  /** What failed last for a workspace, and how often in a row. */
  const failures = new Map<Workspace, { code: A2AErrorCode; count: number }>();
  const restingUntil = new Map<Workspace, number>();
  const onIdle = new Set<() => void>();
  let closed = false;
  let starting = false;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let endPause: (() => void) | undefined;
  let gapMs = 0;

  /** Several questions in the same moment become one list, so work begins when the moment is over. */
  function startSoon(): void {
    if (starting) return;
    starting = true;
    queueMicrotask(() => {
      starting = false;
      startWork();
    });
  }

  function startWork(): void {
    while (!closed && endPause === undefined && counts.inFlight < workers) {
      const job = line.peek((workspace) => !listing.has(workspace));
      if (job === undefined) break;
      // A list the user asked for may have answered it meanwhile.
      const known = memory.get(job.key);
      if (known.settled) {
        line.settle(job, known.record);
        continue;
      }
      void work(shouldList(job) ? () => askForAll(job.workspace) : () => askForOne(job));
      if (gapMs > 0) waitFor(gapMs);
    }
    if (line.idle && counts.inFlight === 0) {
      gapMs = 0;
      for (const resolve of onIdle) resolve();
      onIdle.clear();
    }
  }

  /** A worker that fails stays a worker: whatever happens, its place is free again. */
  async function work(ask: () => Promise<void>): Promise<void> {
    counts.inFlight += 1;
    try {
      await ask();
    } finally {
      counts.inFlight -= 1;
      startWork();
    }
  }

  /** One list answers all that wait for the workspace, unless there was one a moment ago that did not. */
  function shouldList({ workspace, singly }: Job): boolean {
    if (singly || line.forWorkspace(workspace).length < 2) return false;
    const last = listedAt.get(workspace);
    return last === undefined || clock.now() - last >= failureTtlMs;
  }

  async function askForAll(workspace: Workspace): Promise<void> {
    const forgotten = new Set<string>();
    listing.set(workspace, forgotten);
    try {
      const listed = new Map<string, PeerRecord>();
      for (const record of await context.list(workspace)) {
        if (forgotten.has(record.id)) continue;
        memory.merge(workspace, record);
        listed.set(record.id, record);
      }
      listedAt.set(workspace, clock.now());
      for (const job of line.forWorkspace(workspace)) {
        const record = listed.get(job.peerId);
        // Learnt once more, so that those who were asked for outlive the rest of a very long list.
        if (record !== undefined) line.settle(job, keep(job, record));
        else job.singly = true;
      }
    } catch (error) {
      const lesson = failureScope(error);
      report(workspace, undefined, error);
      // A platform that has no list for us may still know single peers; one that is away would not.
      if (lesson.about === "peer") listedAt.set(workspace, clock.now());
      else if (lesson.about === "rate") pause(lesson.pauseMs);
      else for (const job of line.forWorkspace(workspace)) giveUp(job, lesson);
    } finally {
      listing.delete(workspace);
    }
  }

  async function askForOne(job: Job): Promise<void> {
    line.start(job);
    try {
      line.settle(job, keep(job, await context.discover(job.workspace, job.peerId)));
    } catch (error) {
      const lesson = failureScope(error);
      report(job.workspace, job.peerId, error);
      if (lesson.about === "rate") pause(lesson.pauseMs);
      if (closed || lesson.about !== "rate") {
        giveUp(job, lesson);
      } else if (!line.requeue(job)) {
        noteDropped();
        giveUp(job, lesson);
      }
    }
  }

  function keep(job: Job, record: PeerRecord): PeerRecord {
    failures.delete(job.workspace);
    return job.outdated ? record : memory.merge(job.workspace, record);
  }

  function giveUp(job: Job, lesson: FailureScope): void {
    if (!job.outdated && lesson.about === "peer") memory.markFailed(job.key, ttlMs);
    if (!job.outdated && lesson.about === "platform") memory.markFailed(job.key, failureTtlMs);
    line.settle(job, memory.get(job.key).record);
  }

  function pause(hintMs = SHORTEST_PAUSE_MS): void {
    gapMs = Math.min(Math.max(2 * gapMs, SHORTEST_GAP_MS), LONGEST_GAP_MS);
    waitFor(Math.min(Math.max(hintMs, SHORTEST_PAUSE_MS), ttlMs));
  }

  function waitFor(pauseMs: number): void {
    // Of several waits that were asked for, the one that ends last counts.
    if (closed || clock.now() + pauseMs <= pausedUntil) return;
    pausedUntil = clock.now() + pauseMs;
    endPause?.();
    endPause = clock.setTimer(
      () => {
        endPause = undefined;
        startWork();
      },
      pauseMs,
      true,
    );
  }

  function report(workspace: Workspace, peerId: string | undefined, error: unknown): void {
    if (!isA2AError(error) || error.code === "closed") return;
    const { code, message } = error;
    const consecutive =
      (failures.get(workspace)?.code === code ? (failures.get(workspace)?.count ?? 0) : 0) + 1;
    failures.set(workspace, { code, count: consecutive });
    if (code === "unauthorized" && consecutive >= REFUSALS_BELIEVED) {
      const restMs = Math.min(SHORTEST_REST_MS * 2 ** (consecutive - REFUSALS_BELIEVED), LONGEST_REST_MS);
      restingUntil.set(workspace, clock.now() + restMs);
    }
    if (!shouldReport(consecutive)) return;
    const peer = peerId === undefined ? {} : { peerId };
    context.emit({ type: "enricher.failed", workspaceId: workspace.id, ...peer, code, reason: message });
  }

  function request(key: string, workspace: Workspace, peerId: string): Job | undefined {
    if (clock.now() < (restingUntil.get(workspace) ?? 0)) return undefined;
    const job = line.enqueue(key, workspace, peerId);
    if (job !== undefined) {
      startSoon();
      return job;
    }
    noteDropped();
    return undefined;
  }

  /** Told at 1, 10, 100 …: a flood of pushes must not become a flood of events. */
  function noteDropped(): void {
    counts.dropped += 1;
    if (Number.isInteger(Math.log10(counts.dropped))) {
      context.emit({ type: "enricher.dropped", dropped: counts.dropped });
    }
  }

  return {
    request,
    forget(key, workspace, peerId) {
      listing.get(workspace)?.add(peerId);
      const job = line.running(key);
      if (job !== undefined) line.detach(job);
    },
    settled: () =>
      line.idle && counts.inFlight === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            onIdle.add(resolve);
          }),
    counts: () => ({ queued: line.waiting, ...counts }),
    close() {
      closed = true;
      endPause?.();
      endPause = undefined;
      line.clear();
      startWork();
    },
  };
}
