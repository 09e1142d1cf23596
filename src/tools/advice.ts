import type { A2AErrorCode, Delivery } from "../errors";

/** What an error and a diagnostic say of a failure. */
interface FailureFacts {
  readonly code: A2AErrorCode;
  readonly message: string;
  readonly delivery?: Delivery;
  readonly retryable?: boolean;
}

/** What a model can do after a failure, where its message does not say that; `""` where there is nothing to add. */
export function adviceAfter({
  code,
  message,
  delivery = "not-sent",
  retryable = true,
}: FailureFacts): string {
  if (code === "invalid_argument") return "Correct the arguments and call the tool again.";
  // Only who wrote the program can call a method of it.
  if (isForTheUser(code) || message.includes("client.register()"))
    return "You cannot mend this yourself: tell the user.";
  if (!PASSING.has(code) || delivery !== "not-sent" || !retryable) return "";
  return message.includes("Try again") ? "" : "Try again later, or tell the user.";
}

/** True for a failure that neither time nor the model ends. */
export const isForTheUser = (code: A2AErrorCode): boolean => FOR_THE_USER.has(code);

const FOR_THE_USER: ReadonlySet<A2AErrorCode> = new Set([
  "unauthorized",
  "configuration",
  "wrong_tenant",
  "workspace_removed",
  "closed",
]);

const PASSING: ReadonlySet<A2AErrorCode> = new Set(["network", "timeout", "platform_error", "rate_limited"]);
