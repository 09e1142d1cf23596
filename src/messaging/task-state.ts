/** What the state of a task means for who asked. Every state that is not known counts as `working`. */
export type TaskState = "completed" | "failed" | "input-required" | "auth-required" | "working";

/** The states of A2A in the order of their protobuf numbers; 0 is unspecified. */
const STATES = [
  "unspecified",
  "submitted",
  "working",
  "completed",
  "failed",
  "canceled",
  "input-required",
  "rejected",
  "auth-required",
];

/**
 * The name of a state in lower case with hyphens: versions of A2A write `TASK_STATE_INPUT_REQUIRED`, `input_required`,
 * `input-required` or 6. Returns `""` where there is none.
 */
export function stateName(state: unknown): string {
  if (typeof state === "number") return STATES[state] ?? String(state);
  if (typeof state !== "string") return "";
  const name = state
    .trim()
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[\s_.]+/g, "-")
    .replace(/^task-?state-/, "");
  return /^\d+$/.test(name) ? (STATES[Number(name)] ?? name) : name;
}

const FAILED: ReadonlySet<string> = new Set(["failed", "rejected", "canceled", "cancelled"]);

/** Classifies the name of a state. */
export function classifyState(name: string): TaskState {
  if (name === "completed" || name === "input-required" || name === "auth-required") return name;
  return FAILED.has(name) ? "failed" : "working";
}

/** True for the name of a state that A2A knows. */
export const isKnownState = (name: string): boolean => STATES.includes(name) || FAILED.has(name);

/** Words that agents without an SDK write as the `status` of a finished answer. */
const PLAIN_WORDS: ReadonlyMap<string, string> = new Map([
  ["ok", "completed"],
  ["success", "completed"],
  ["succeeded", "completed"],
  ["done", "completed"],
  ["error", "failed"],
]);

/** The name of a state that is written as a plain word: `"status": "ok"`. */
export function plainStateName(status: string): string {
  const name = stateName(status);
  return PLAIN_WORDS.get(name) ?? name;
}
