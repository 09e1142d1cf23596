import type { CodeFields, ConsecutiveFields, ReasonFields, StatusFields, WorkspaceFields } from "./fields";

/** A message was read, and waits to be handed over. */
export interface InboxReceived extends WorkspaceFields {
  type: "inbox.received";
  /** Id of the platform's row; the same over redeliveries. */
  id: string;
  /** `null` for the human. */
  senderId: string | null;
}

/** A message was handed to the agent. */
export interface InboxDelivered extends WorkspaceFields {
  type: "inbox.delivered";
  /** Id of the platform's row; the same over redeliveries. */
  id: string;
  /** `null` for the human. */
  senderId: string | null;
  /** 1 for the first time. */
  attempt: number;
}

/** A message was acknowledged: it does not come again. */
export interface InboxAcknowledged extends WorkspaceFields {
  type: "inbox.acknowledged";
  /** Id of the platform's row; the same over redeliveries. */
  id: string;
}

/** A handler failed, its answer could not be sent, or nobody acknowledged in time: the message comes again. */
export interface InboxRetry extends WorkspaceFields, ReasonFields {
  type: "inbox.retry";
  /** Id of the platform's row; the same over redeliveries. */
  id: string;
  /** The attempt that failed. */
  attempt: number;
  /** Milliseconds until it is handed over again, at the earliest. */
  delayMs: number;
}

/** A message failed `maxAttempts` times and was set aside; the next one goes on. */
export interface InboxDeadLetter extends WorkspaceFields, ReasonFields {
  type: "inbox.dead_letter";
  /** Id of the platform's row; the same over redeliveries. */
  id: string;
  /** How often it was handed over. */
  attempts: number;
}

/** A row of the log that is no message for the agent, or a message that was answered already under another row. */
export interface InboxSkipped extends WorkspaceFields {
  type: "inbox.skipped";
  /** What it was. */
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
export interface InboxMalformed extends WorkspaceFields {
  type: "inbox.malformed";
  /** Such rows since the inbox was created. */
  count: number;
}

/** The platform has pruned the row that reading went on from; reading goes on by time, and what was done stays done. */
export interface InboxCursorLost extends WorkspaceFields {
  type: "inbox.cursor_lost";
}

/** New messages could not be asked for. Reported at the 1st, 2nd, 3rd, 10th, 20th … failure in a row. */
export interface InboxPollFailed
  extends WorkspaceFields,
    ReasonFields,
    CodeFields,
    ConsecutiveFields,
    StatusFields {
  type: "inbox.poll_failed";
}

/** Another reader has the inbox of this workspace; this one takes over when that one is gone. Reported once for each. */
export interface InboxHeldElsewhere extends WorkspaceFields, ReasonFields {
  type: "inbox.held_elsewhere";
}

/**
 * What is to be remembered could not be stored; it waits in memory and is tried again. Reported at the 1st, 2nd, 3rd,
 * 10th, 20th … failure in a row.
 */
export interface InboxStoreFailed extends WorkspaceFields, ReasonFields, ConsecutiveFields {
  type: "inbox.store_failed";
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
