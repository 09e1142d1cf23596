import type { A2AErrorCode, Delivery } from "../errors";

/** What a model can do after a failure that no other arguments would mend; `""` for any other failure. */
export function adviceAfter({ code, delivery }: { code: A2AErrorCode; delivery?: Delivery }): string {
  if (FOR_THE_USER.has(code)) return "You cannot mend this yourself: tell the user.";
  if (!PASSING.has(code) || (delivery ?? "not-sent") !== "not-sent") return "";
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
