import { type A2AErrorCode, isA2AError } from "../../errors";

/**
 * What a failed request is about, which decides how long its result is remembered:
 * - `peer`: it cannot be found or gives no usable record. Not requested again for the TTL of a record.
 * - `platform`: it is away or failed. Not requested again for the shorter TTL of failures.
 * - `rate-limit`: all requests pause; the same request is made again afterwards.
 * - `client`: its token, its configuration or its closing. Says nothing about the peer, so nothing is remembered.
 */
export type FailureScope = "peer" | "platform" | "rate-limit" | "client";

const SCOPES: Partial<Record<A2AErrorCode, FailureScope>> = {
  peer_not_found: "peer",
  access_denied: "peer",
  workspace_removed: "peer",
  bad_request: "peer",
  bad_response: "peer",
  too_large: "peer",
  rate_limited: "rate-limit",
  unauthorized: "client",
  configuration: "client",
  closed: "client",
};

/** The scope of a failed request; `platform` for every error that has no other. */
export function failureScope(error: unknown): FailureScope {
  const code = isA2AError(error) ? error.code : undefined;
  return (code && SCOPES[code]) ?? "platform";
}
