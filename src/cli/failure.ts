import { type A2AError, isA2AError } from "a2a-peers";
import { EXIT } from "./exit-codes";
import { toLine } from "./output";

/** What a command throws for what is wrong in its use; `message` is one line that says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What a command throws to fail with one line and nothing sent. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** What a command throws once Ctrl-C has ended it; `message` says whether a peer may have the task. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Why a command failed, as one line for a person, fields for a program, and the exit code. */
export interface Failure {
  readonly exitCode: number;
  readonly message: string;
  readonly error: Readonly<Record<string, unknown>>;
}

/** Describes whatever a command threw. */
export function describeFailure(thrown: unknown): Failure {
  if (isA2AError(thrown)) {
    const { message, ...facts } = toFacts(thrown);
    return { exitCode: getExitCode(thrown), message: thrown.message, error: { message, ...facts } };
  }
  const message = toLine(thrown instanceof Error ? thrown.message : String(thrown));
  if (thrown instanceof UsageError) {
    return { exitCode: EXIT.usage, message, error: { message, code: "usage", delivery: "not-sent" } };
  }
  if (thrown instanceof Interrupted) {
    return { exitCode: EXIT.interrupted, message, error: { message, code: "interrupted" } };
  }
  const code = thrown instanceof CommandError ? "failed" : "internal";
  return { exitCode: EXIT.failed, message, error: { message, code, delivery: "not-sent" } };
}

function getExitCode({ code, delivery }: A2AError): number {
  if (code === "configuration" || code === "invalid_argument") return EXIT.usage;
  if (delivery === "maybe") return EXIT.maybe;
  return delivery === "confirmed" ? EXIT.confirmed : EXIT.failed;
}

/** The fields of the error that are stable; `cause` and `stack` are left out. */
function toFacts({
  message,
  code,
  delivery,
  retryable,
  status,
  rpcCode,
  retryAfterMs,
  attempts,
  elapsedMs,
  messageId,
  peerId,
  data,
}: A2AError) {
  return {
    message,
    code,
    delivery,
    retryable,
    status,
    rpcCode,
    retryAfterMs,
    attempts,
    elapsedMs,
    messageId,
    peerId,
    data,
  };
}
