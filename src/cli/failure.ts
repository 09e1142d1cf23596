import { type A2AError, isA2AError } from "a2a-peers";
import { CommandError, Interrupted, UsageError } from "./command-errors";
import { toCommandWords } from "./command-words";
import { EXIT } from "./exit-codes";
import { toLine } from "./output";

/** Why a command failed, as one line for a person, fields for a program, and the exit code. */
export interface Failure {
  readonly exitCode: number;
  readonly message: string;
  readonly error: Readonly<Record<string, unknown>>;
}

/** Describes whatever a command threw. */
export function describeFailure(thrown: unknown): Failure {
  const message = toLine(toCommandWords(thrown instanceof Error ? thrown.message : String(thrown)));
  if (isA2AError(thrown)) {
    return { exitCode: getExitCode(thrown), message, error: { message, ...getFacts(thrown) } };
  }
  if (thrown instanceof UsageError) {
    return { exitCode: EXIT.usage, message, error: { message, code: "usage", delivery: "not-sent" } };
  }
  if (thrown instanceof Interrupted) {
    return { exitCode: EXIT.interrupted, message, error: { message, code: "interrupted", ...thrown.facts } };
  }
  const code = thrown instanceof CommandError ? "failed" : "internal";
  return { exitCode: EXIT.failed, message, error: { message, code, delivery: "not-sent" } };
}

function getExitCode({ code, delivery }: A2AError): number {
  if (code === "configuration" || code === "invalid_argument") return EXIT.usage;
  if (delivery === "maybe") return EXIT.maybe;
  return delivery === "confirmed" ? EXIT.confirmed : EXIT.failed;
}

/** The fields of the error that a program may rely on; `cause` and `stack` are left out. */
function getFacts({ code, delivery, retryable, attempts, elapsedMs, ...optional }: A2AError) {
  const { status, rpcCode, retryAfterMs, messageId, peerId, data } = optional;
  return {
    code, delivery, retryable, status, rpcCode, retryAfterMs, attempts, elapsedMs, messageId, peerId, data,
  }; // biome-ignore format: one list
}
