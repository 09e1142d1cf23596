import { A2AError, type Delivery } from "../../errors";
import { formatDuration } from "../../text/format";
import { parseJson } from "../../text/json";
import { toSingleLine } from "../../text/sanitize";
import type { Progress } from "./progress";
import type { Failure } from "./result";

/** What an error says about its request beside the failure. */
export interface ErrorContext extends Progress {
  elapsedMs: number;
  messageId: string | undefined;
  /** True when `messageId` is an idempotency key. */
  keyed: boolean;
  peerId: string | undefined;
  target: string;
}

const DELIVERY_NOTE: Readonly<Record<Delivery, string>> = {
  "not-sent": "The message did not reach the peer.",
  maybe: "The peer may have received the message already: sending it again may run the task twice.",
  confirmed: "The peer has received the message: sending it again would run the task again.",
};

function deliveryNote({ keyed, delivery, messageId }: ErrorContext, { rpcCode }: Failure): string {
  if (delivery === "not-sent" && rpcCode !== undefined)
    return "The peer refused the request and ran nothing.";
  if (!keyed || delivery === "not-sent") return DELIVERY_NOTE[delivery];
  return `The platform may have taken the task, and then runs it whether this call is repeated or not. To repeat the call use the idempotency key ${messageId}: what the platform had stored under it is not run again, but what it had not stored yet may run again.`;
}

/**
 * Creates the error of a failed call. Its message is complete alone: what failed, how often it was tried, whether the
 * peer may have run the task, and what to do next. Redacts the tokens used.
 */
export function toA2AError(failure: Failure, context: ErrorContext): A2AError {
  const { attempts, notMade, elapsedMs, messageId, peerId, target, tokens } = context;
  const clean = (text: string) => toReason(text, tokens);
  const tries = attempts > 1 ? ` after ${attempts} attempts in ${formatDuration(elapsedMs)}` : "";
  const sentences = [
    `${clean(failure.summary)}${quotedText(failure, tokens)}${tries}.`,
    notMade === 0 ? "" : notMadeNote(notMade),
    failure.namesTarget === true ? `The URL that was asked is ${target}.` : "",
    messageId === undefined ? "" : deliveryNote(context, failure),
    failure.retryAfterMs === undefined || !failure.retryable
      ? ""
      : `Try again in ${formatDuration(failure.retryAfterMs)}.`,
    failure.advice === undefined ? "" : clean(failure.advice),
  ];
  return new A2AError({
    code: failure.code,
    message: sentences.filter((sentence) => sentence !== "").join(" "),
    retryable: failure.retryable,
    delivery: context.delivery,
    status: failure.status,
    rpcCode: failure.rpcCode,
    retryAfterMs: failure.retryAfterMs,
    attempts,
    elapsedMs: Math.round(elapsedMs),
    messageId,
    peerId,
    target,
    detail: redactedDetail(failure, tokens),
    data: errorData(failure.data, tokens),
    cause: failure.cause instanceof Error ? redactedCause(failure.cause, tokens) : failure.cause,
  });
}

const notMadeNote = (notMade: number): string =>
  `It waited for the recovery of the target: ${notMade === 1 ? "1 attempt was" : `${notMade} attempts were`} not made, because another call had just failed alike.`;

/** Characters of JSON; see `data` of an A2AError. */
const MAX_DATA_LENGTH = 16_384;

/** A copy of what the peer gave, so that no token it may hold gets out. */
function errorData(data: unknown, tokens: readonly string[]): unknown {
  if (data === undefined) return undefined;
  const json = redact(JSON.stringify(data), tokens);
  const parsed = json.length > MAX_DATA_LENGTH ? undefined : parseJson(json);
  return parsed?.ok ? parsed.value : `${json.slice(0, MAX_DATA_LENGTH - 1)}…`;
}

/** Characters of what the peer wrote in the message of an error. */
const QUOTED_LENGTH = 300;

function quotedText({ quoted }: Failure, tokens: readonly string[]): string {
  if (quoted === undefined) return "";
  return `: ${toSingleLine(redact(quoted.slice(0, SEARCHED_LENGTH), tokens), QUOTED_LENGTH)}`;
}

const EXCERPT_LENGTH = 200;
// Longer than the excerpt, so that a secret across its end is found.
const SEARCHED_LENGTH = 16_384;

function redactedDetail({ detail, excerpt }: Failure, tokens: readonly string[]): string | undefined {
  if (detail === undefined) return undefined;
  const shown = redact((excerpt ?? "").slice(0, SEARCHED_LENGTH), tokens).slice(0, EXCERPT_LENGTH);
  return redact(detail, tokens) + shown;
}

/** Untrusted text as the reason of an event or an error: a single line, without tokens, capitalised. */
export function toReason(text: string, tokens: readonly string[]): string {
  const line = toSingleLine(redact(text, tokens));
  return line.charAt(0).toUpperCase() + line.slice(1);
}

/** The error of a call that was running when its client was closed. */
export function closedError(context: ErrorContext): A2AError {
  const summary = "The client was closed before the call was over";
  return toA2AError({ code: "closed", summary, delivery: context.delivery, retryable: false }, context);
}

// Shorter ones are no secrets, and occur in ordinary words.
const MIN_SECRET_LENGTH = 4;

/** Removes the tokens, which a platform may repeat in its response. */
function redact(text: string, tokens: readonly string[]): string {
  return tokens.reduce(
    (safe, token) => (token.length < MIN_SECRET_LENGTH ? safe : safe.replaceAll(token, "[redacted]")),
    text,
  );
}

function redactedCause(cause: Error, tokens: readonly string[]): Error {
  cause.message = redact(cause.message, tokens);
  if (cause.stack !== undefined) cause.stack = redact(cause.stack, tokens);
  return cause;
}
