import { toSingleLine } from "../text/sanitize";

/** How the agent is, as one beat tells it. */
export interface HealthReport {
  errorRate: number;
  sampleError: string;
  activeTasks: number;
  currentTask: string;
  /** Why the runtime is stuck; `undefined` while it is not. */
  wedged: string | undefined;
}

/** A report and what to do once the platform has it. */
export interface HealthSnapshot extends HealthReport {
  /** Takes what was reported out of the counters; what was recorded since stays for the next beat. */
  accepted(): void;
}

/** What happens in the agent between two beats. */
export interface Health {
  recordSuccess(): void;
  recordError(message: string): void;
  /** Begins a task; the function it answers ends it, once. */
  beginTask(name: string): () => void;
  /** The first reason counts until it is cleared. */
  markWedged(reason: string): void;
  clearWedge(): void;
  readonly wedged: string | undefined;
  /**
   * What to report now. A beat that only pushes a change takes nothing out of the counters: where nothing was
   * recorded since the last one, it repeats its report, so that an agent that keeps failing does not look well
   * whenever it begins a task.
   */
  snapshot(isPush?: boolean): HealthSnapshot;
}

const LONGEST_TEXT = 1000;

/** `onChange` is told of whatever the platform should know before the next regular beat. */
export function createHealth(onChange: () => void): Health {
  let requests = 0;
  let errors = 0;
  let sampleError = "";
  let wedged: string | undefined;
  let told = { errorRate: 0, sampleError: "" };
  const tasks = new Set<{ name: string }>();

  return {
    recordSuccess() {
      requests += 1;
    },
    recordError(message) {
      sampleError = textOf(message);
      requests += 1;
      errors += 1;
    },
    beginTask(name) {
      const task = { name: textOf(name) };
      tasks.add(task);
      onChange();
      return () => {
        if (tasks.delete(task)) onChange();
      };
    },
    markWedged(reason) {
      if (wedged !== undefined) return;
      wedged = textOf(reason);
      onChange();
    },
    clearWedge() {
      if (wedged === undefined) return;
      wedged = undefined;
      onChange();
    },
    get wedged() {
      return wedged;
    },
    snapshot(isPush = false) {
      const reported = { requests, errors, wedged };
      const now =
        isPush && requests === 0 ? told : { errorRate: requests === 0 ? 0 : errors / requests, sampleError };
      return {
        errorRate: now.errorRate,
        sampleError: wedged ?? now.sampleError,
        activeTasks: tasks.size,
        currentTask: [...tasks].at(-1)?.name ?? "",
        wedged,
        accepted() {
          told = now;
          if (isPush) return;
          // Words that came during the beat, or stood behind those of a wedge, were not told yet.
          if (errors === reported.errors && reported.wedged === undefined) sampleError = "";
          requests -= reported.requests;
          errors -= reported.errors;
        },
      };
    },
  };
}

/** Callers hand in whatever they caught; a report must not fail on it. */
function textOf(value: unknown): string {
  try {
    return toSingleLine(String(value), LONGEST_TEXT);
  } catch {
    return "something that cannot be written as text";
  }
}
