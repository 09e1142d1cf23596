import { type A2AError, type A2AErrorCode, isA2AError } from "../errors";
import { formatDuration, quote } from "../text/format";
import { sanitizeName, toSingleLine } from "../text/sanitize";
import { parsePeerId } from "../validation/peer-id";
import { formatJson } from "./content-text";
import type { SendOutcome } from "./outcome";
import type { SendOptions } from "./send-options";
import { ERROR_PREFIX, failureText, toToolText } from "./tool-text";

/** The part of a client that `delegateTask` uses. */
export interface DelegatingClient {
  sendA2AMessage(peerId: string, message: string, options?: SendOptions): Promise<SendOutcome>;
  peerName(peerId: string): string | undefined;
}

/** The part of an inbox that `delegateTask` uses. */
export interface AskingInbox {
  ask(
    peerId: string,
    message: string,
    options?: SendOptions & { answerWithinMs?: number | undefined },
  ): Promise<SendOutcome>;
}

export interface DelegateTaskOptions extends SendOptions {
  /**
   * The inbox of the own workspace: the answer of a peer that polls is waited for, within `budgetMs` in all.
   * @default such a task is `queued`, and its answer comes to the inbox as a message of its own
   */
  inbox?: AskingInbox | undefined;
}

/**
 * The body of a `delegate_task` tool: sends the task and resolves to the text for the model. Never rejects. The text
 * of a failure begins with `DELEGATION FAILED` and says what the model can do instead.
 *
 * @example
 * const text = await delegateTask(client, peerId, "Summarise the report");
 */
export async function delegateTask(
  client: DelegatingClient,
  peerId: string,
  task: string,
  options?: DelegateTaskOptions,
): Promise<string> {
  const wasAborted = options?.signal?.aborted === true;
  try {
    return toToolText(await send(client, peerId, task, options));
  } catch (error) {
    const name = resolveName(client, peerId);
    if (isA2AError(error)) {
      const text = `${failureText(error)}${dataNote(error)}`;
      const note = text.includes(error.message) ? "" : `${deliveryNote(error)} `;
      return `DELEGATION FAILED to ${name}: ${text}\n${note}${adviceFor(error, name)}`;
    }
    if (options?.signal?.aborted === true) {
      const note = wasAborted
        ? "Nothing was sent."
        : "The peer may still be working on the task: do not send it again without need.";
      return `DELEGATION FAILED to ${name}: ${ERROR_PREFIX}the call was cancelled before an answer came.\n${note}`;
    }
    return `DELEGATION FAILED to ${name}: ${ERROR_PREFIX}${describeUnexpected(error)}\nYou can: (1) handle the task yourself, (2) tell the user that it could not be delegated.`;
  }
}

function send(
  client: DelegatingClient,
  peerId: string,
  task: string,
  options: DelegateTaskOptions | undefined,
): Promise<SendOutcome> {
  // The options may be anything: the client refuses what is wrong.
  if (typeof options !== "object" || options === null) return client.sendA2AMessage(peerId, task, options);
  const { inbox, ...sendOptions } = options;
  if (!inbox) return client.sendA2AMessage(peerId, task, sendOptions);
  return inbox.ask(peerId, task, { ...sendOptions, answerWithinMs: sendOptions.budgetMs });
}

function resolveName(client: DelegatingClient, peerId: string): string {
  const id = parsePeerId(peerId);
  if (id === null) return toSingleLine(quote(peerId), 120);
  try {
    return sanitizeName(client.peerName(id) ?? "") || id;
  } catch {
    // Not a client of this package. The tool still returns a text.
    return id;
  }
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
