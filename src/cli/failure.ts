import { type A2AError, isA2AError } from "a2a-peers";
import { CommandError, Interrupted, UsageError } from "./command-errors";
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
  if (isA2AError(thrown)) {
    const message = toCommandWords(thrown.message);
    return { exitCode: getExitCode(thrown), message, error: { message, ...getFacts(thrown) } };
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

/** What the library calls an option or a method, and what it is called here. */
const COMMAND_WORDS: Readonly<Record<string, string>> = {
  "The option `workspaceId`": "--workspace",
  "the option `token`": "--token-file",
  "`platformUrl`": "--platform-url",
  "`workspaceId`": "--workspace",
  "`orgId`": "--org",
  "`budgetMs`": "--timeout",
  "Call client.register().": "Run `a2a-peers register`.",
};

function toCommandWords(message: string): string {
  let text = message;
  for (const [word, replacement] of Object.entries(COMMAND_WORDS)) text = text.replaceAll(word, replacement);
  return toLine(text);
}

/** The fields of the error that a program may rely on; `cause` and `stack` are left out. */
function getFacts({ code, delivery, retryable, attempts, elapsedMs, ...optional }: A2AError) {
  const { status, rpcCode, retryAfterMs, messageId, peerId, data } = optional;
  return {
    code, delivery, retryable, status, rpcCode, retryAfterMs, attempts, elapsedMs, messageId, peerId, data,
  }; // biome-ignore format: one list
}
