import { isA2AError } from "../../errors";
import type { A2AEvent, Emit } from "../../events";
import { parsePeerId } from "../../identity/workspace-id";
import type { Workspace, Workspaces } from "../../identity/workspaces";
import { type Call, type Calls, endedEarly } from "../../transport/call";
import type { Clock } from "../../transport/clock";
import { TransportFailure } from "../../transport/failure";
import { type CallOptions, checkCallOptions } from "../../validate";
import type { PeerRecord } from "../record";
import { type Lesson, lessonOf } from "./ask";
import { createLine, type Job } from "./line";
import type { Known, Memory } from "./memory";

/**
 * Tells who a peer is, from memory and at once, and asks the platform in the background for what it does not know.
 * Nothing here keeps a process alive, except a `fetch` somebody waits for.
 */
export interface PeerEnricher {
  /**
   * What is known of the peer, or `null`. Never waits, never throws. A record that has grown old is still answered
   * while a new one is fetched; an unknown peer is fetched too, so that a later call knows it.
   */
  get(peerId: string, options?: { source?: string | undefined }): PeerRecord | null;
  /**
   * The same, but waits for a record that is being fetched. Answers what is known when the platform has no better
   * record, is away, or too many questions wait already. Rejects with the signal's reason when its caller gives up
   * (which ends nobody else's waiting), with `timeout`, or with `closed`.
   */
  fetch(peerId: string, options?: CallOptions): Promise<PeerRecord | null>;
  /** Resolves once no question waits or is being asked. */
  settled(): Promise<void>;
  /** Forgets what is known of the peer, also that it could not be found. */
  invalidate(peerId: string): void;
  stats(): EnricherStats;
}

export interface EnricherStats {
  /** Records in memory. */
  cached: number;
  /** Questions that nobody has taken up yet. */
  queued: number;
  /** Requests under way. */
  inFlight: number;
  /** Calls of `get` and `fetch` that found something in memory: a record, also an old one, or that there is none. */
  hits: number;
  /** Calls that found nothing in memory. */
  misses: number;
  /** Questions that were not asked because too many waited. */
  dropped: number;
}

export interface EnricherContext {
  ttlMs: number;
  failureTtlMs: number;
  workers: number;
  maxQueued: number;
  /** One `fetch` by default, in milliseconds. */
  requestMs: number;
  workspaces: Workspaces;
  memory: Memory;
  calls: Calls;
  clock: Clock;
  emit: Emit<A2AEvent>;
  routeTo(peerId: string): Workspace | undefined;
  /** One question for one peer. What it learns is for the enricher to keep. */
  discover(workspace: Workspace, peerId: string): Promise<PeerRecord>;
  /** One question for all peers of the workspace. What it learns is for the enricher to keep. */
  list(workspace: Workspace): Promise<readonly PeerRecord[]>;
}

export interface ClosableEnricher extends PeerEnricher {
  close(): void;
}

/** A UUID; keys of other workspaces are longer, so no text can be taken for one. */
const ID_LENGTH = 36;

/** A platform that says "slow down" without saying how long, or says so for a day, is asked again after these. */
const SHORTEST_PAUSE_MS = 1000;

export function createEnricher(context: EnricherContext): ClosableEnricher {
  const { workspaces, memory, clock, ttlMs, failureTtlMs } = context;
  const line = createLine(context.maxQueued);
  const counts = { inFlight: 0, hits: 0, misses: 0, dropped: 0 };
  /** The workspaces whose list is being asked for, with the peers that were forgotten meanwhile. */
  const listing = new Map<Workspace, Set<string>>();
  const listedAt = new Map<Workspace, number>();
  const onIdle = new Set<() => void>();
  let closed = false;
  let starting = false;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let endPause: (() => void) | undefined;

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
    while (!closed && endPause === undefined && counts.inFlight < context.workers) {
      const job = line.first((workspace) => !listing.has(workspace));
      if (job === undefined) break;
      // A list the user asked for may have answered it meanwhile.
      const known = memory.look(job.key);
      if (known.settled) {
        line.settle(job, known.record);
        continue;
      }
      void work(shouldList(job) ? () => askForAll(job.workspace) : () => askForOne(job));
    }
    if (line.idle && counts.inFlight === 0) {
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
    if (singly || line.of(workspace).length < 2) return false;
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
        memory.learn(workspace, record);
        listed.set(record.id, record);
      }
      listedAt.set(workspace, clock.now());
      for (const job of line.of(workspace)) {
        const record = listed.get(job.peerId);
        // Learnt once more, so that those who were asked for outlive the rest of a very long list.
        if (record !== undefined) line.settle(job, keep(job, record));
        else job.singly = true;
      }
    } catch (error) {
      const lesson = lessonOf(error);
      report(workspace, undefined, error);
      // A platform that has no list for us may still know single peers; one that is away would not.
      if (lesson.about === "peer") listedAt.set(workspace, clock.now());
      else if (lesson.about === "rate") pause(lesson.pauseMs);
      else for (const job of line.of(workspace)) giveUp(job, lesson);
    } finally {
      listing.delete(workspace);
    }
  }

  async function askForOne(job: Job): Promise<void> {
    line.take(job);
    try {
      line.settle(job, keep(job, await context.discover(job.workspace, job.peerId)));
    } catch (error) {
      const lesson = lessonOf(error);
      report(job.workspace, job.peerId, error);
      if (lesson.about === "rate") pause(lesson.pauseMs);
      if (closed || lesson.about !== "rate") {
        giveUp(job, lesson);
      } else if (!line.putBack(job)) {
        noteDropped();
        giveUp(job, lesson);
      }
    }
  }

  function keep(job: Job, record: PeerRecord): PeerRecord {
    return job.outdated ? record : memory.learn(job.workspace, record);
  }

  function giveUp(job: Job, lesson: Lesson): void {
    if (!job.outdated && lesson.about === "peer") memory.fail(job.key, ttlMs);
    if (!job.outdated && lesson.about === "platform") memory.fail(job.key, failureTtlMs);
    line.settle(job, memory.look(job.key).record);
  }

  function pause(hintMs = SHORTEST_PAUSE_MS): void {
    const pauseMs = Math.min(Math.max(hintMs, SHORTEST_PAUSE_MS), ttlMs);
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
    const peer = peerId === undefined ? {} : { peerId };
    context.emit({ type: "enricher.failed", workspaceId: workspace.id, ...peer, code, reason: message });
  }

  /** The question for the peer, asked already or from now on; `undefined` when too many wait. */
  function request(key: string, workspace: Workspace, peerId: string): Job | undefined {
    const job = line.join(key, workspace, peerId);
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

  function sourceFor(peerId: string): Workspace {
    return workspaces.all.length === 1 ? workspaces.default : (context.routeTo(peerId) ?? workspaces.default);
  }

  function get(peerId: string, options?: { source?: string | undefined }): PeerRecord | null {
    try {
      return closed || typeof peerId !== "string" ? null : look(peerId, options?.source);
    } catch {
      // A foreign source, or arguments that are none.
      return null;
    }
  }

  function look(peerId: string, source: string | undefined): PeerRecord | null {
    const named = workspaces.named(source);
    // Memory first: an id in its normal form, which is what pushes carry, needs no other check.
    if (peerId.length === ID_LENGTH) {
      const fresh = memory.fresh(memory.keyOf(named ?? sourceFor(peerId), peerId));
      if (fresh !== undefined) {
        counts.hits += 1;
        return fresh;
      }
    }
    const id = parsePeerId(peerId);
    return id === null ? null : getSlowly(named ?? sourceFor(id), id);
  }

  function getSlowly(workspace: Workspace, id: string): PeerRecord | null {
    const key = memory.keyOf(workspace, id);
    const known = memory.look(key);
    count(known);
    if (!known.settled) request(key, workspace, id);
    return known.record;
  }

  function count({ settled, record }: Known): void {
    if (settled || record !== null) counts.hits += 1;
    else counts.misses += 1;
  }

  async function fetch(peerId: string, given?: CallOptions): Promise<PeerRecord | null> {
    const options = checkCallOptions(given);
    const named = workspaces.named(options.source);
    const call = context.calls.begin(options.timeoutMs ?? context.requestMs, options.signal);
    try {
      const id = parsePeerId(peerId);
      if (id === null) return null;
      const workspace = named ?? sourceFor(id);
      const key = memory.keyOf(workspace, id);
      const known = memory.look(key);
      count(known);
      if (known.settled) return known.record;
      const job = request(key, workspace, id);
      return job === undefined ? known.record : await answerOf(job, call);
    } finally {
      call.end();
    }
  }

  async function answerOf(job: Job, call: Call): Promise<PeerRecord | null> {
    let tell: (record: PeerRecord | null) => void = () => {};
    const answer = new Promise<PeerRecord | null>((resolve) => {
      tell = resolve;
    });
    job.waiters.add(tell);
    try {
      return await call.until(answer);
    } catch (failure) {
      job.waiters.delete(tell);
      throw failure instanceof TransportFailure
        ? endedEarly(call, `The record of peer ${job.peerId}`)
        : failure;
    }
  }

  return {
    get,
    fetch,
    settled: () =>
      line.idle && counts.inFlight === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            onIdle.add(resolve);
          }),
    invalidate(peerId) {
      const id = parsePeerId(peerId);
      if (id === null) return;
      for (const workspace of workspaces.all) {
        const key = memory.keyOf(workspace, id);
        memory.forget(key);
        // An answer under way was asked for before; it must not bring back what was forgotten.
        listing.get(workspace)?.add(id);
        const job = line.asked(key);
        if (job !== undefined) line.part(job);
      }
    },
    stats: () => ({ cached: memory.size, queued: line.waiting, ...counts }),
    close() {
      closed = true;
      endPause?.();
      endPause = undefined;
      line.clear();
      startWork();
    },
  };
}
