import { A2AError, type Delivery } from "../../errors";
import { formatDuration } from "../../text/format";
import { toSingleLine } from "../../text/sanitize";
import type { Progress } from "./progress";
import type { Failure } from "./result";

export interface ErrorContext extends Progress {
  elapsedMs: number;
  messageId: string | undefined;
  /** A repeat under the same identity does no harm. */
  idempotent: boolean;
  peerId: string | undefined;
  target: string;
}

const DELIVERY_NOTE: Readonly<Record<Delivery, string>> = {
  "not-sent": "The message did not reach the peer.",
  maybe: "The peer may have received the message already: sending it again may run the task twice.",
  confirmed: "The peer has received the message: sending it again would run the task again.",
};

function deliveryNote({ idempotent, delivery, messageId }: ErrorContext): string {
  if (!idempotent || delivery === "not-sent") return DELIVERY_NOTE[delivery];
  return `The platform may have taken the task: repeat the call with the idempotency key ${messageId}, and it runs once.`;
}

/**
 * Makes the error of a failed call. Its message stands alone: what failed, how often it was tried, whether the peer
 * may have run the task, and what to do next.
 */
export function toA2AError(failure: Failure, context: ErrorContext): A2AError {
  const { attempts, elapsedMs, messageId, peerId, target, tokens } = context;
  const clean = (text: string) => toReason(text, tokens);
  const tries = attempts > 1 ? ` after ${attempts} attempts in ${formatDuration(elapsedMs)}` : "";
  const sentences = [
    `${clean(failure.summary)}${tries}.`,
    messageId === undefined ? "" : deliveryNote(context),
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
    detail: detailOf(failure, tokens),
    cause: failure.cause instanceof Error ? redactedCause(failure.cause, tokens) : failure.cause,
  });
}

const EXCERPT_LENGTH = 200;
// Enough to find a secret that stands across the end of the excerpt.
const SEARCHED_LENGTH = 16_384;

function detailOf({ detail, excerpt }: Failure, tokens: readonly string[]): string | undefined {
  if (detail === undefined) return undefined;
  const shownPart = redact((excerpt ?? "").slice(0, SEARCHED_LENGTH), tokens).slice(0, EXCERPT_LENGTH);
  return redact(detail, tokens) + shownPart;
}

/** Text that may hold what others wrote, fit for people: one line, no secret, a capital first. */
export function toReason(text: string, tokens: readonly string[]): string {
  const line = toSingleLine(redact(text, tokens));
  return line.charAt(0).toUpperCase() + line.slice(1);
}

/** The error of a call that was under way when its client was closed. */
export function closedError(context: ErrorContext): A2AError {
  const summary = "The client was closed before the call was over";
  return toA2AError({ code: "closed", summary, delivery: context.delivery, retryable: false }, context);
}

// A shorter one is no secret, and would be found inside ordinary words.
const SHORTEST_SECRET = 4;

/** A platform that echoes a token back must not get it into a log. */
function redact(text: string, tokens: readonly string[]): string {
  return tokens.reduce(
    (safe, token) => (token.length < SHORTEST_SECRET ? safe : safe.replaceAll(token, "[redacted]")),
    text,
  );
}

function redactedCause(cause: Error, tokens: readonly string[]): Error {
  cause.message = redact(cause.message, tokens);
  if (cause.stack !== undefined) cause.stack = redact(cause.stack, tokens);
  return cause;
}
