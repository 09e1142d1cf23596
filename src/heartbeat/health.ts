import { oneLine } from "../text";

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
  snapshot(): HealthSnapshot;
}

const LONGEST_TEXT = 1000;

/** `onChange` is told of whatever the platform should know before the next regular beat. */
export function createHealth(onChange: () => void): Health {
  let requests = 0;
  let errors = 0;
  let sampleError = "";
  let wedged: string | undefined;
  const tasks = new Set<{ name: string }>();

  return {
    recordSuccess() {
      requests += 1;
    },
    recordError(message) {
      requests += 1;
      errors += 1;
      sampleError = oneLine(String(message), LONGEST_TEXT);
    },
    beginTask(name) {
      const task = { name: oneLine(String(name), LONGEST_TEXT) };
      tasks.add(task);
      onChange();
      return () => {
        if (tasks.delete(task)) onChange();
      };
    },
    markWedged(reason) {
      if (wedged !== undefined) return;
      wedged = oneLine(String(reason), LONGEST_TEXT);
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
    snapshot() {
      const reported = { requests, errors };
      return {
        errorRate: requests === 0 ? 0 : errors / requests,
        sampleError: wedged ?? sampleError,
        activeTasks: tasks.size,
        currentTask: [...tasks].at(-1)?.name ?? "",
        wedged,
        accepted() {
          // An error during the beat is not in this report; its words are kept for the next one.
          if (errors === reported.errors) sampleError = "";
          requests -= reported.requests;
          errors -= reported.errors;
        },
      };
    },
  };
}
