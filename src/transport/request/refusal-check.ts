import { toSingleLine } from "../../text/sanitize";
import type { ErrorBody } from "./error-body";
import type { OwnRecord } from "./own-record";
import type { Failure, Result } from "./result";

/**
 * Refusals that the platform also answers while it cannot read its database: a query that fails counts as "no such
 * token" and as "may not communicate".
 */
const AMBIGUOUS: Readonly<Record<number, ReadonlySet<string>>> = {
  401: new Set([
    "missing workspace auth token",
    "invalid workspace auth token",
    "missing caller auth token",
    "invalid caller auth token",
  ]),
  403: new Set([
    "access denied: workspaces cannot communicate per hierarchy rules",
    "access denied: org isolation check failed",
    "not authorized to discover this workspace",
  ]),
};

/** What to do about a refused token, where nothing more is known. */
export const REFUSED_TOKEN_ADVICE =
  "The token may be revoked, or belong to another workspace; restarting the workspace usually mints a new one.";

/** True for a refusal that is only believed while the platform can read its database. */
export function isAmbiguousRefusal(status: number, { error }: ErrorBody): boolean {
  return AMBIGUOUS[status]?.has(error) ?? false;
}

/** True for a result that is to be compared with the own record before it is believed. */
export function isAmbiguous(result: Result<unknown>): boolean {
  return (result.ok ? result.ambiguous : result.failure.ambiguous) === true;
}

/** What an ambiguous result means, given what the platform says of the own workspace at the same time. */
export function resolveAmbiguous<T>(result: Result<T>, own: OwnRecord, workspaceId: string): Result<T> {
  if (own.state === "unreadable") return { ok: false, failure: outage(result, own) };
  if (result.ok || own.state === "readable") return result;
  const { status, summary } = result.failure;
  if (own.state === "removed") return { ok: false, failure: { ...own.failure, status } };
  const advice = `The platform does not know this workspace (${workspaceId}): call client.register() first.`;
  return { ok: false, failure: { ...result.failure, advice, detail: `${summary}. ${advice}` } };
}

function outage(
  result: Result<unknown>,
  { reason, retryAfterMs }: Extract<OwnRecord, { state: "unreadable" }>,
): Failure {
  const refusal = result.ok ? "The platform denied the access" : toSingleLine(result.failure.summary);
  return {
    code: "platform_error",
    summary: `${refusal}; but it answers so whenever it cannot read its database, and it could not show the record of this workspace either (${reason})`,
    advice: "Most likely the platform is disturbed for a moment and nothing is wrong here: try again later.",
    delivery: "not-sent",
    retryable: true,
    status: result.ok ? undefined : result.failure.status,
    retryAfterMs,
  };
}
