import type { A2AErrorCode } from "../errors";

/** Results of delegations have come home: they are in the results file. */
export interface DelegationsDelivered {
  type: "delegations.delivered";
  workspaceId: string;
  delegationIds: string[];
}

/** The agent was told that results are there. */
export interface DelegationsAnnounced {
  type: "delegations.announced";
  workspaceId: string;
  delegationIds: string[];
  messageId: string;
}

/** The agent could not be told: tried again later. Told at the 1st, 2nd, 3rd, 10th, 20th … in a row. */
export interface DelegationsAnnounceFailed {
  type: "delegations.announce_failed";
  workspaceId: string;
  consecutive: number;
  code: A2AErrorCode;
  reason: string;
}

/** A result could not be shown to the human, and will not be. */
export interface DelegationsNotifyFailed {
  type: "delegations.notify_failed";
  workspaceId: string;
  code: A2AErrorCode;
  reason: string;
}

/** The platform did not say what has become of delegations: told at the 1st, 2nd, 3rd, 10th, 20th … in a row. */
export interface DelegationsLookFailed {
  type: "delegations.look_failed";
  workspaceId: string;
  consecutive: number;
  code: A2AErrorCode;
  status?: number;
  reason: string;
}

/** A finished delegation that is not this workspace's was listed as if it were; it is not delivered. Told once. */
export interface DelegationsForeignSource {
  type: "delegations.foreign_source";
  workspaceId: string;
  delegationId: string;
  /** What the row says; not to be trusted. */
  sourceId: string;
}

/** Rows that cannot be read, passed over. Told when their number changes. */
export interface DelegationsMalformed {
  type: "delegations.malformed";
  workspaceId: string;
  count: number;
}

/** The platform's list was full of delegations never seen before: others may have come and gone between two looks. */
export interface DelegationsPossibleGap {
  type: "delegations.possible_gap";
  workspaceId: string;
}

/** Nobody has read the results file for so long that its oldest results had to make room. */
export interface DelegationsDropped {
  type: "delegations.dropped";
  workspaceId: string;
  count: number;
}

/**
 * Results, or what is known about them, could not be stored; they wait in memory and are tried again. Told at the
 * 1st, 2nd, 3rd, 10th, 20th … in a row.
 */
export interface DelegationsStoreFailed {
  type: "delegations.store_failed";
  workspaceId: string;
  consecutive: number;
  reason: string;
}

/** Another heartbeat brings the results of this workspace home; this one will when that is gone. Told once for each. */
export interface DelegationsHeldElsewhere {
  type: "delegations.held_elsewhere";
  workspaceId: string;
  reason: string;
}
