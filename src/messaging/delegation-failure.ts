import { type A2AError, type A2AErrorCode, isA2AError } from "../errors";
import { formatDuration, quote } from "../text/format";
import { toSingleLine } from "../text/sanitize";
import { formatJson } from "./content-text";
import { ERROR_PREFIX, failureText } from "./tool-text";

/** How the caller's signal was when the delegation began, and is now. */
export interface AbortState {
  readonly before: boolean;
  readonly now: boolean;
}

/** Says why a delegation to the peer called `name` failed, whether the task arrived and what the model can do instead. */
export function describeDelegationFailure(error: unknown, name: string, aborted: AbortState): string {
  const lead = `DELEGATION FAILED to ${name}: `;
  if (isA2AError(error)) {
    const text = `${failureText(error)}${dataNote(error)}`;
    const note = text.includes(error.message) ? "" : `${deliveryNote(error)} `;
    return `${lead}${text}\n${note}${adviceFor(error, name)}`;
  }
  if (aborted.now) {
    const note = aborted.before
      ? "Nothing was sent."
      : "The peer may still be working on the task: do not send it again without need.";
    return `${lead}${ERROR_PREFIX}the call was cancelled before an answer came.\n${note}`;
  }
  return `${lead}${ERROR_PREFIX}${describeUnexpected(error)}\nYou can: (1) handle the task yourself, (2) tell the user that it could not be delegated.`;
}

/** Most agents put the cause of a JSON-RPC error into its data. */
function dataNote({ code, data }: A2AError): string {
  return code !== "rpc_error" || data === undefined ? "" : ` ${toSingleLine(formatJson(data, 1000), 1100)}`;
}

/** What the texts of the reference client lack: whether the task arrived, and which arguments are valid. */
function deliveryNote({ code, delivery, detail, message }: A2AError): string {
  if (code === "rpc_error" && delivery === "not-sent") return "The peer refused the request and ran nothing.";
  if (code !== "invalid_argument") return DELIVERY_NOTES[delivery];
  const help = detail !== undefined && message.startsWith(detail) ? message.slice(detail.length) : "";
  return `Nothing was sent${help || "."}`;
}

const DELIVERY_NOTES = {
  "not-sent": "The task did not reach the peer.",
  maybe: "The peer may already be working on the task: sending it again may run it twice.",
  confirmed: "The peer has received the task: sending it again would run it again.",
} as const;

/** Failures of one peer, after which another peer may succeed. Any other failure would affect every peer. */
const PEER_CODES: ReadonlySet<A2AErrorCode> = new Set([
  "access_denied",
  "peer_not_found",
  "workspace_removed",
  "spend_limit",
  "peer_busy",
  "peer_unavailable",
  "rpc_error",
  "agent_error",
  "task_failed",
]);

/** Failures after which the peer does no more work on the task. */
const FINAL_CODES: ReadonlySet<A2AErrorCode> = new Set(["rpc_error", "task_failed"]);

/** What the model can do after the failure, as a sentence. */
function adviceFor(error: A2AError, name: string): string {
  const { code, delivery, retryable, retryAfterMs } = error;
  if (delivery === "not-sent" && (code === "invalid_argument" || code === "too_large")) {
    return "Correct the arguments and call the tool again.";
  }
  if (delivery !== "not-sent" && !FINAL_CODES.has(code)) {
    return numberedList([
      `ask ${name} what became of the task before anything else`,
      "tell the user that the task may have been done, but that its result did not come back",
    ]);
  }
  const wait = retryAfterMs === undefined ? " later" : ` in ${formatDuration(retryAfterMs)}`;
  return numberedList([
    ...(delivery === "not-sent" && retryable ? [`try ${name} again${wait}`] : []),
    ...(PEER_CODES.has(code) ? ["ask another peer"] : []),
    "handle the task yourself",
    PEER_CODES.has(code)
      ? `tell the user that ${name} could not do it`
      : "tell the user that no peer can be asked at the moment",
  ]);
}

const numberedList = (choices: readonly string[]): string =>
  `You can: ${choices.map((choice, index) => `(${index + 1}) ${choice}`).join(", ")}.`;

function describeUnexpected(error: unknown): string {
  return error instanceof Error ? toSingleLine(`${error.name}: ${error.message}`, 500) : quote(error);
}
