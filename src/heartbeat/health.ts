import { toSingleLine } from "../text/sanitize";

/** The health of the agent, as a beat reports it. */
export interface HealthReport {
  /** Share of failed requests, from 0 to 1. */
  errorRate: number;
  sampleError: string;
  activeTasks: number;
  /** Name of the task that began last, or `""`. */
  currentTask: string;
  /** Why the runtime is stuck; `undefined` when it is not. */
  wedged: string | undefined;
}

/** A report for one beat. */
export interface HealthSnapshot extends HealthReport {
  /**
   * Call when the platform has accepted the report: subtracts it from the counters. What was recorded since stays for
   * the next report.
   */
  accepted(): void;
}

/** Counts what happens in the agent between two beats. */
export interface Health {
  recordSuccess(): void;
  /** Counts a failure. Only the first 1,000 characters of its message are kept. */
  recordError(message: string): void;
  /** Begins a task. Returns the function that ends it; calling it again does nothing. */
  beginTask(name: string): () => void;
  /** The first reason stays until it is cleared. */
  markWedged(reason: string): void;
  clearWedge(): void;
  readonly wedged: string | undefined;
  /**
   * The report for a beat. A push, which only reports a change, leaves the counters alone and repeats the last report
   * when nothing was recorded since: otherwise an agent that keeps failing would look healthy whenever a task begins.
   */
  snapshot(isPush?: boolean): HealthSnapshot;
}

interface HealthState {
  requests: number;
  errors: number;
  sampleError: string;
  wedged: string | undefined;
  readonly tasks: Set<{ name: string }>;
  /** The part of the last accepted report that a push repeats. */
  lastReported: Pick<HealthReport, "errorRate" | "sampleError">;
}

const MAX_TEXT_LENGTH = 1000;

/** Creates the health of an agent. `onChange` is called for changes that are reported before the next regular beat. */
export function createHealth(onChange: () => void): Health {
  const state: HealthState = {
    requests: 0,
    errors: 0,
    sampleError: "",
    wedged: undefined,
    tasks: new Set(),
    lastReported: { errorRate: 0, sampleError: "" },
  };
  return {
    recordSuccess() {
      state.requests += 1;
    },
    recordError(message) {
      state.sampleError = toText(message);
      state.requests += 1;
      state.errors += 1;
    },
    beginTask(name) {
      const task = { name: toText(name) };
      state.tasks.add(task);
      onChange();
      return () => {
        if (state.tasks.delete(task)) onChange();
      };
    },
    markWedged(reason) {
      if (state.wedged !== undefined) return;
      state.wedged = toText(reason);
      onChange();
    },
    clearWedge() {
      if (state.wedged === undefined) return;
      state.wedged = undefined;
      onChange();
    },
    get wedged() {
      return state.wedged;
    },
    snapshot: (isPush = false) => takeSnapshot(state, isPush),
  };
}

function takeSnapshot(state: HealthState, isPush: boolean): HealthSnapshot {
  const { requests, errors, sampleError, wedged, tasks } = state;
  const reported =
    isPush && requests === 0
      ? state.lastReported
      : { errorRate: requests === 0 ? 0 : errors / requests, sampleError };
  return {
    errorRate: reported.errorRate,
    sampleError: wedged ?? reported.sampleError,
    activeTasks: tasks.size,
    currentTask: [...tasks].at(-1)?.name ?? "",
    wedged,
    accepted() {
      state.lastReported = reported;
      if (isPush) return;
      // An error recorded during the beat, or hidden by the reason of a wedge, was not reported yet.
      if (state.errors === errors && wedged === undefined) state.sampleError = "";
      state.requests -= requests;
      state.errors -= errors;
    },
  };
}

/** Callers pass whatever they caught; a report must not fail because of it. */
function toText(value: unknown): string {
  try {
    return toSingleLine(String(value), MAX_TEXT_LENGTH);
  } catch {
    return "something that cannot be written as text";
  }
}
