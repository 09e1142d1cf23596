import type { InboxEvent } from "a2a-peers/inbox";
import { toCommandWords } from "../command-words";

/** Failures with which the inbox itself ends. */
const FATAL_CODES: ReadonlySet<string> = new Set(["configuration", "workspace_removed", "closed"]);

/** Refusals that waiting does not end. */
const REFUSED_CODES: ReadonlySet<string> = new Set([
  "unauthorized",
  "access_denied",
  "peer_not_found",
  "wrong_tenant",
]);

/** A failed read after which the inbox goes on; `isRefusal` where that is of no use. */
export interface PollFailure {
  readonly reason: string;
  readonly isRefusal: boolean;
}

/** The failed read that an event reports; undefined for any other event, and where the inbox ends with the failure. */
export function getPollFailure(event: InboxEvent): PollFailure | undefined {
  if (event.type !== "inbox.poll_failed" || FATAL_CODES.has(event.code)) return undefined;
  return { reason: toCommandWords(event.reason), isRefusal: REFUSED_CODES.has(event.code) };
}
