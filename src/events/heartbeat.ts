import type { A2AErrorCode } from "../errors";
import type { DelegationsEvent } from "./delegations";
import type { CodeFields, ConsecutiveFields, ReasonFields, StatusFields, WorkspaceFields } from "./fields";

/** A beat was accepted. */
export interface HeartbeatSent extends WorkspaceFields {
  type: "heartbeat.sent";
  /** Milliseconds from the request to its response. */
  elapsedMs: number;
}

/**
 * A beat failed: reported at the 1st, 2nd, 3rd, 10th, 20th … consecutive failure. The next beat follows on schedule.
 */
export interface HeartbeatFailed
  extends WorkspaceFields,
    ReasonFields,
    CodeFields,
    ConsecutiveFields,
    StatusFields {
  type: "heartbeat.failed";
}

/**
 * No beat was accepted for 60 s: after 90 s the platform takes an external workspace for offline. Reported once in each
 * such time.
 */
export interface HeartbeatOverdue extends WorkspaceFields, ReasonFields {
  type: "heartbeat.overdue";
  /** Milliseconds since the last accepted beat, or since the start. */
  silentMs: number;
  /** Of the latest failure. */
  code: A2AErrorCode;
}

/** The platform has refused the token in 3, 20, 40 … consecutive beats: an operator has to act. */
export interface HeartbeatUnauthorized extends WorkspaceFields, ReasonFields, ConsecutiveFields {
  type: "heartbeat.unauthorized";
}

/** The workspace was deleted; the heartbeat has stopped. */
export interface HeartbeatRemoved extends WorkspaceFields, ReasonFields {
  type: "heartbeat.removed";
}

/**
 * The last registration of the workspace was repeated: after an outage, after a pause, or because the record of the
 * platform differed from it.
 */
export interface HeartbeatRegisteredAgain extends WorkspaceFields {
  type: "heartbeat.registered_again";
  /** Milliseconds without an accepted beat; 0 when there was no outage. */
  outageMs: number;
  /** Why, as a sentence. */
  reason: string;
}

/**
 * The registration could not be repeated: reported at the 1st, 2nd, 3rd, 10th, 20th … consecutive
 * failure.
 */
export interface HeartbeatRegisterFailed
  extends WorkspaceFields,
    ReasonFields,
    CodeFields,
    ConsecutiveFields {
  type: "heartbeat.register_failed";
}

/** An operator has paused the workspace; the heartbeat continues. */
export interface HeartbeatPaused extends WorkspaceFields {
  type: "heartbeat.paused";
}

/** The workspace is no longer paused. */
export interface HeartbeatResumed extends WorkspaceFields {
  type: "heartbeat.resumed";
}

/** A new inbound secret was stored. */
export interface HeartbeatSecretStored extends WorkspaceFields {
  type: "heartbeat.secret_stored";
}

/**
 * The inbound secret could not be stored; this is retried at the next beat that returns it. Reported at the 1st, 2nd,
 * 3rd, 10th, 20th … consecutive failure.
 */
export interface HeartbeatStoreFailed extends WorkspaceFields, ReasonFields {
  type: "heartbeat.store_failed";
}

/**
 * The file system of a folder refuses to flush files, so that a power failure may lose what was stored last. Reported
 * once for each folder.
 */
export interface StorageNotFlushed extends WorkspaceFields, ReasonFields {
  type: "storage.not_flushed";
}

/** Another heartbeat of this process already keeps the workspace online; both report tasks and errors of their own. */
export interface HeartbeatDuplicate extends WorkspaceFields {
  type: "heartbeat.duplicate";
}

/**
 * The function `runtime` or `monthlySpendCents` of a heartbeat threw or returned a promise; the beats go out without
 * its value. Reported once for each of the two.
 */
export interface HeartbeatProviderFailed extends WorkspaceFields, ReasonFields {
  type: "heartbeat.provider_failed";
  /** The option whose function failed. */
  option: "runtime" | "monthlySpendCents";
}

/** The events passed to the `onEvent` of a heartbeat. */
export type HeartbeatEvent =
  | HeartbeatSent
  | HeartbeatFailed
  | HeartbeatOverdue
  | HeartbeatUnauthorized
  | HeartbeatRemoved
  | HeartbeatRegisteredAgain
  | HeartbeatRegisterFailed
  | HeartbeatPaused
  | HeartbeatResumed
  | HeartbeatSecretStored
  | HeartbeatStoreFailed
  | HeartbeatDuplicate
  | HeartbeatProviderFailed
  | StorageNotFlushed
  | DelegationsEvent;
