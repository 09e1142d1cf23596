import type { A2AErrorCode } from "../errors";

/** A message was read, and waits to be handed over. */
export interface InboxReceived {
  type: "inbox.received";
  workspaceId: string;
  /** Id of the platform's row; the same over redeliveries. */
  id: string;
  /** `null` for the human. */
  senderId: string | null;
}

/** A message was handed to the agent. */
export interface InboxDelivered {
  type: "inbox.delivered";
  workspaceId: string;
  /** Id of the platform's row; the same over redeliveries. */
  id: string;
  /** `null` for the human. */
  senderId: string | null;
  /** 1 for the first time. */
  attempt: number;
}

/** A message was acknowledged: it does not come again. */
export interface InboxAcknowledged {
  type: "inbox.acknowledged";
  workspaceId: string;
  id: string;
}

/** A handler failed, its answer could not be sent, or nobody acknowledged in time: the message comes again. */
export interface InboxRetry {
  type: "inbox.retry";
  workspaceId: string;
  id: string;
  /** The attempt that failed. */
  attempt: number;
  /** Milliseconds until it is handed over again, at the earliest. */
  delayMs: number;
  reason: string;
}

/** A message failed `maxAttempts` times and was set aside; the next one goes on. */
export interface InboxDeadLetter {
  type: "inbox.dead_letter";
  workspaceId: string;
  id: string;
  attempts: number;
  reason: string;
}

/** A row of the log that is no message for the agent, or a message that was answered already under another row. */
export interface InboxSkipped {
  type: "inbox.skipped";
  workspaceId: string;
  reason:
    | "own-notification"
    | "failed-push"
    | "results-announcement"
    | "not-a-message"
    | "duplicate"
    | "answer";
  /** Rows skipped for this reason since the inbox was created. Reported at the 1st, 10th, 100th and so on. */
  count: number;
}

/** Rows that cannot be read were passed over. Reported at the 1st, 10th, 100th and so on. */
export interface InboxMalformed {
  type: "inbox.malformed";
  workspaceId: string;
  count: number;
}

/** The platform has pruned the row that reading went on from; reading goes on by time, and what was done stays done. */
export interface InboxCursorLost {
  type: "inbox.cursor_lost";
  workspaceId: string;
}

/** New messages could not be asked for. Reported at the 1st, 2nd, 3rd, 10th, 20th … failure in a row. */
export interface InboxPollFailed {
  type: "inbox.poll_failed";
  workspaceId: string;
  consecutive: number;
  code: A2AErrorCode;
  status?: number;
  reason: string;
}

/** Another reader has the inbox of this workspace; this one takes over when that one is gone. Reported once for each. */
export interface InboxHeldElsewhere {
  type: "inbox.held_elsewhere";
  workspaceId: string;
  reason: string;
}

/**
 * What is to be remembered could not be stored; it waits in memory and is tried again. Reported at the 1st, 2nd, 3rd,
 * 10th, 20th … failure in a row.
 */
export interface InboxStoreFailed {
  type: "inbox.store_failed";
  workspaceId: string;
  consecutive: number;
  reason: string;
}

/** The events passed to the `onEvent` of an inbox. */
export type InboxEvent =
  | InboxReceived
  | InboxDelivered
  | InboxAcknowledged
  | InboxRetry
  | InboxDeadLetter
  | InboxSkipped
  | InboxMalformed
  | InboxCursorLost
  | InboxPollFailed
  | InboxHeldElsewhere
  | InboxStoreFailed;
