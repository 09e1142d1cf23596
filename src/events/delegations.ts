import type {
  CodeFields,
  ConsecutiveFields,
  MessageFields,
  ReasonFields,
  StatusFields,
  WorkspaceFields,
} from "./fields";

/** Results of delegations were received and are in the results file. */
export interface DelegationsDelivered extends WorkspaceFields {
  type: "delegations.delivered";
  /** Ids of the delegations, in the order of the list. */
  delegationIds: string[];
}

/** The agent was notified that results are available. */
export interface DelegationsAnnounced extends WorkspaceFields, MessageFields {
  type: "delegations.announced";
  /** Ids of the delegations, in the order of the list. */
  delegationIds: string[];
}

/**
 * The agent could not be notified; the notification is retried. Reported at the 1st, 2nd, 3rd, 10th, 20th …
 * consecutive failure.
 */
export interface DelegationsAnnounceFailed
  extends WorkspaceFields,
    ReasonFields,
    CodeFields,
    ConsecutiveFields {
  type: "delegations.announce_failed";
}

/** A result could not be shown to the human; this is not retried. */
export interface DelegationsNotifyFailed extends WorkspaceFields, ReasonFields, CodeFields {
  type: "delegations.notify_failed";
}

/** The state of delegations could not be polled: reported at the 1st, 2nd, 3rd, 10th, 20th … consecutive failure. */
export interface DelegationsLookFailed
  extends WorkspaceFields,
    ReasonFields,
    CodeFields,
    ConsecutiveFields,
    StatusFields {
  type: "delegations.look_failed";
}

/** The platform listed a finished delegation of another workspace as this one's; it is not delivered. Reported once. */
export interface DelegationsForeignSource extends WorkspaceFields {
  type: "delegations.foreign_source";
  /** Id of the delegation. */
  delegationId: string;
  /** Source named by the row; untrusted text. */
  sourceId: string;
}

/** Rows of the list are malformed and were skipped: reported when their number changes. */
export interface DelegationsMalformed extends WorkspaceFields {
  type: "delegations.malformed";
  /** Number of such rows in the list. */
  count: number;
}

/**
 * The platform's list was full of delegations that no earlier poll had returned, so others may have been missed between
 * two polls.
 */
export interface DelegationsPossibleGap extends WorkspaceFields {
  type: "delegations.possible_gap";
}

/** The results file was full of unread results, and the oldest were dropped. */
export interface DelegationsDropped extends WorkspaceFields {
  type: "delegations.dropped";
  /** Number of results that were dropped. */
  count: number;
}

/**
 * Results, or their state, could not be stored; they are kept in memory and the write is retried. Reported at the 1st,
 * 2nd, 3rd, 10th, 20th … consecutive failure.
 */
export interface DelegationsStoreFailed extends WorkspaceFields, ReasonFields, ConsecutiveFields {
  type: "delegations.store_failed";
}

/**
 * Another heartbeat already collects the results of this workspace; this one takes over when that one ends. Reported
 * once for each.
 */
export interface DelegationsHeldElsewhere extends WorkspaceFields, ReasonFields {
  type: "delegations.held_elsewhere";
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
