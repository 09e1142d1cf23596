import { type A2AError, type A2AErrorCode, isA2AError } from "../../errors";

/** What a failed question teaches. */
export type FailureScope =
  /** The peer cannot be found, or tells nothing of use: not asked for again while a record would be fresh. */
  | { about: "peer" }
  /** The platform is away or failed: asked again soon. */
  | { about: "platform" }
  /** The platform wants less of us: nothing is asked for a while. */
  | { about: "rate"; pauseMs: number | undefined }
  /** Our token or our client: says nothing of the peer. */
  | { about: "us" };

const LESSONS: Partial<Record<A2AErrorCode, FailureScope["about"]>> = {
  peer_not_found: "peer",
  access_denied: "peer",
  workspace_removed: "peer",
  bad_request: "peer",
  bad_response: "peer",
  too_large: "peer",
  rate_limited: "rate",
  unauthorized: "us",
  configuration: "us",
  closed: "us",
};

export function failureScope(error: unknown): FailureScope {
  const code = isA2AError(error) ? error.code : undefined;
  const about = (code && LESSONS[code]) ?? "platform";
  return about === "rate" ? { about, pauseMs: (error as A2AError).retryAfterMs } : { about };
}
