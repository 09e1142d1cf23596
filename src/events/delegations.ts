import type { A2AErrorCode } from "../errors";

/** Results of delegations were received and are in the results file. */
export interface DelegationsDelivered {
  type: "delegations.delivered";
  workspaceId: string;
  delegationIds: string[];
}

/** The agent was notified that results are available. */
export interface DelegationsAnnounced {
  type: "delegations.announced";
  workspaceId: string;
  delegationIds: string[];
  messageId: string;
}

/**
 * The agent could not be notified; the notification is retried. Reported at the 1st, 2nd, 3rd, 10th, 20th …
 * consecutive failure.
 */
export interface DelegationsAnnounceFailed {
  type: "delegations.announce_failed";
  workspaceId: string;
  consecutive: number;
  code: A2AErrorCode;
  reason: string;
}

/** A result could not be shown to the human; this is not retried. */
export interface DelegationsNotifyFailed {
  type: "delegations.notify_failed";
  workspaceId: string;
  code: A2AErrorCode;
  reason: string;
}

/** The state of delegations could not be polled: reported at the 1st, 2nd, 3rd, 10th, 20th … consecutive failure. */
export interface DelegationsLookFailed {
  type: "delegations.look_failed";
  workspaceId: string;
  consecutive: number;
  code: A2AErrorCode;
  status?: number;
  reason: string;
}

/** The platform listed a finished delegation of another workspace as this one's; it is not delivered. Reported once. */
export interface DelegationsForeignSource {
  type: "delegations.foreign_source";
  workspaceId: string;
  delegationId: string;
  /** Source named by the row; untrusted text. */
  sourceId: string;
}

/** Rows of the list are malformed and were skipped: reported when their number changes. */
export interface DelegationsMalformed {
  type: "delegations.malformed";
  workspaceId: string;
  count: number;
}

/**
 * The platform's list was full of delegations that no earlier poll had returned, so others may have been missed between
 * two polls.
 */
export interface DelegationsPossibleGap {
  type: "delegations.possible_gap";
  workspaceId: string;
}

/** The results file was full of unread results, and the oldest were dropped. */
export interface DelegationsDropped {
  type: "delegations.dropped";
  workspaceId: string;
  count: number;
}

/**
 * Results, or their state, could not be stored; they are kept in memory and the write is retried. Reported at the 1st,
 * 2nd, 3rd, 10th, 20th … consecutive failure.
 */
export interface DelegationsStoreFailed {
  type: "delegations.store_failed";
  workspaceId: string;
  consecutive: number;
  reason: string;
}

/**
 * Another heartbeat already collects the results of this workspace; this one takes over when that one ends. Reported
 * once for each.
 */
export interface DelegationsHeldElsewhere {
  type: "delegations.held_elsewhere";
  workspaceId: string;
  reason: string;
}

/** The events about results of delegations. */
export type DelegationsEvent =
  | DelegationsDelivered
  | DelegationsAnnounced
  | DelegationsAnnounceFailed
  | DelegationsNotifyFailed
  | DelegationsLookFailed
  | DelegationsForeignSource
  | DelegationsMalformed
  | DelegationsPossibleGap
  | DelegationsDropped
  | DelegationsHeldElsewhere
  | DelegationsStoreFailed;
