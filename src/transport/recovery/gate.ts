import type { Clock } from "../../runtime/clock";
import type { Call } from "../call";
import type { Failure } from "../request/result";
import { createGateQueue, type GateQueue } from "./gate-queue";
import type { Entry, Passage, Verdict } from "./passage";
import { createRelease, type Release } from "./release";

/** Failures in a row, without a success between them, after which a target counts as down. */
const FAILURES_TO_CLOSE = 5;
/** A gate that was closed for less than this opens at once: so few have come meanwhile that no pace is needed. */
const SHORT_OUTAGE_MS = 1000;
/** A probe that the target has taken, and not refused within this time, has found the target up. */
const SILENCE_MS = 2000;

/**
 * Holds back the attempts at one target while it is down. One probe is made at a time; what else comes meanwhile waits,
 * and shares the failure of the probe as if it had tried itself. After a success the waiting attempts, and those that
 * come soon after, are released in the order of their coming, at a growing pace, so that a target that has just come
 * back is not overrun.
 */
export interface Gate {
  readonly isOpen: boolean;
  /** Waits at a gate that is not open, within the budget of the call. `first` goes before all others. */
  enter(call: Call, first: boolean): Promise<Entry>;
  /** Takes the verdict of an attempt that was begun at `startedAt`, on the clock, while the gate was open. */
  report(verdict: Verdict, startedAt: number): void;
  /** Ends its timers. Nobody may wait at it any more. */
  stop(): void;
}

export interface GateOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** The least time between the beginnings of two probes, in milliseconds. */
  readonly probeIntervalMs: number;
  onClosed(failure: Failure): void;
  onOpened(closedMs: number): void;
}

interface GateState {
  phase: "open" | "closed" | "releasing";
  /** Failures in a row while open. */
  failures: number;
  /** Why the gate was closed, or the last probe failed. */
  failure: Failure | undefined;
  closedAt: number;
  openedAt: number;
  probeStartedAt: number;
  probing: boolean;
  stopProbeTimer: (() => void) | undefined;
  readonly queue: GateQueue;
  readonly release: Release;
}

export function createGate(options: GateOptions): Gate {
  const { clock } = options;
  const queue = createGateQueue();
  const state: GateState = {
    phase: "open",
    failures: 0,
    failure: undefined,
    closedAt: 0,
    openedAt: Number.NEGATIVE_INFINITY,
    probeStartedAt: 0,
    probing: false,
    stopProbeTimer: undefined,
    queue,
    release: createRelease({
      clock,
      random: options.random,
      queue,
      admit: () => admit(state, options),
      onEmpty: () => open(state, options),
    }),
  };
  return {
    get isOpen() {
      return state.phase === "open";
    },
    async enter(call, first) {
      if (state.phase === "open") return createPassage(state, options, false);
      if (mayProbe(state, options)) return startProbe(state, options);
      if (state.phase === "releasing" && state.release.takePlace())
        return createPassage(state, options, false);
      const { failure } = state;
      if (queue.isFull && failure !== undefined) return { kind: "refused", failure };
      if (state.phase === "closed") scheduleProbe(state, options);
      return queue.wait(call, first, clock.now());
    },
    report(verdict, startedAt) {
      if (state.phase === "open") count(state, options, verdict, startedAt);
    },
    stop() {
      state.stopProbeTimer?.();
      state.stopProbeTimer = undefined;
      state.release.stop();
    },
  };
}

/** Counts the failures in a row of an open gate. What began before it has opened tells nothing about now. */
function count(state: GateState, options: GateOptions, verdict: Verdict, startedAt: number): void {
  if (verdict === "up") state.failures = 0;
  if (typeof verdict === "string" || startedAt < state.openedAt) return;
  state.failures += 1;
  if (state.failures >= FAILURES_TO_CLOSE) close(state, options, verdict.down, startedAt);
}

function close(state: GateState, options: GateOptions, failure: Failure, startedAt: number): void {
  state.phase = "closed";
  state.failures = 0;
  state.failure = failure;
  state.closedAt = options.clock.now();
  state.probeStartedAt = startedAt;
  options.onClosed(failure);
}

/** Opens the gate. Whoever still waits goes on at once. */
function open(state: GateState, options: GateOptions): void {
  const now = options.clock.now();
  state.phase = "open";
  state.openedAt = now;
  state.release.stop();
  options.onOpened(now - state.closedAt);
  state.queue.settleAll(() => createPassage(state, options, false));
}

function mayProbe(state: GateState, options: GateOptions): boolean {
  return (
    state.phase === "closed" && !state.probing && state.queue.isEmpty && probeDelay(state, options) === 0
  );
}

/** Milliseconds until the next probe may begin. */
function probeDelay({ probeStartedAt }: GateState, { clock, probeIntervalMs }: GateOptions): number {
  return Math.max(0, probeStartedAt + probeIntervalMs - clock.now());
}

/** Lets the first that waits probe as soon as another probe may begin. */
function scheduleProbe(state: GateState, options: GateOptions): void {
  if (state.probing || state.stopProbeTimer !== undefined) return;
  const probe = () => {
    state.stopProbeTimer = undefined;
    if (state.phase === "closed" && !state.probing) state.queue.settleFirst(() => startProbe(state, options));
  };
  // What waits keeps the process alive, where it has to.
  state.stopProbeTimer = options.clock.setTimer(probe, probeDelay(state, options), true);
}

function startProbe(state: GateState, options: GateOptions): Passage {
  state.stopProbeTimer?.();
  state.stopProbeTimer = undefined;
  state.probing = true;
  state.probeStartedAt = options.clock.now();
  return createPassage(state, options, true);
}

/** An attempt that is released while the target has only just come back. */
function admit(state: GateState, options: GateOptions): void {
  state.queue.settleFirst(() => createPassage(state, options, false));
}

function createPassage(state: GateState, options: GateOptions, isProbe: boolean): Passage {
  const startedAt = options.clock.now();
  let isEnded = false;
  let stopTimer = () => {};
  const end = (verdict: Verdict | undefined) => {
    if (isEnded) return;
    isEnded = true;
    stopTimer();
    if (isProbe) endProbe(state, options, verdict);
    else if (verdict !== undefined) endReleased(state, options, verdict, startedAt);
  };
  return {
    kind: "attempt",
    connected() {
      if (isProbe && !isEnded) stopTimer = options.clock.setTimer(() => end("up"), SILENCE_MS, true);
    },
    end,
  };
}

function endProbe(state: GateState, options: GateOptions, verdict: Verdict | undefined): void {
  state.probing = false;
  if (verdict === undefined) {
    scheduleProbe(state, options);
  } else if (typeof verdict === "object") {
    refuseAll(state, verdict.down);
  } else if (options.clock.now() - state.closedAt < SHORT_OUTAGE_MS) {
    open(state, options);
  } else {
    state.phase = "releasing";
    state.release.start();
  }
}

function endReleased(state: GateState, options: GateOptions, verdict: Verdict, startedAt: number): void {
  if (state.phase === "open") {
    count(state, options, verdict, startedAt);
  } else if (state.phase === "releasing" && typeof verdict === "object") {
    // The target is down again: the next probe decides, and what waits has this failure for its own.
    state.release.stop();
    state.phase = "closed";
    state.probeStartedAt = startedAt;
    refuseAll(state, verdict.down);
  }
}

function refuseAll(state: GateState, failure: Failure): void {
  state.failure = failure;
  state.queue.settleAll(() => ({ kind: "refused", failure }));
}
