import type { A2AErrorCode, Delivery } from "../errors";

/** What an error and a diagnostic say of a failure. */
interface FailureFacts {
  readonly code: A2AErrorCode;
  readonly delivery?: Delivery;
  readonly retryable?: boolean;
}

/** What a model can do after a failure that no other arguments would mend; `""` for any other failure. */
export function adviceAfter({ code, delivery = "not-sent", retryable = true }: FailureFacts): string {
  if (FOR_THE_USER.has(code)) return "You cannot mend this yourself: tell the user.";
  if (!PASSING.has(code) || delivery !== "not-sent" || !retryable) return "";
  return "Try again later, or tell the user.";
}

const FOR_THE_USER: ReadonlySet<A2AErrorCode> = new Set([
  "unauthorized",
  "configuration",
  "wrong_tenant",
  "workspace_removed",
  "closed",
]);

const PASSING: ReadonlySet<A2AErrorCode> = new Set(["network", "timeout", "platform_error", "rate_limited"]);
