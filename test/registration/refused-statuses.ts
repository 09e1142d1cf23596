import type { A2AErrorCode } from "a2a-peers";

/** What calls of the registry make of a status, and how often they are made before that, out of three. */
export const REFUSED_STATUSES: readonly (readonly [status: number, code: A2AErrorCode, attempts: number])[] =
  [
    [400, "bad_request", 1],
    [401, "unauthorized", 1],
    [403, "access_denied", 1],
    [429, "rate_limited", 3],
    [500, "platform_error", 3],
    [503, "platform_error", 3],
  ];
