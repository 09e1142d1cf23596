import type { A2AErrorCode } from "../errors";
import type { DelegationsEvent } from "./delegations";

/** A beat was accepted. */
export interface HeartbeatSent {
  type: "heartbeat.sent";
  workspaceId: string;
  elapsedMs: number;
}

/**
 * A beat failed: reported at the 1st, 2nd, 3rd, 10th, 20th … consecutive failure. The next beat follows on schedule.
 */
export interface HeartbeatFailed {
  type: "heartbeat.failed";
  workspaceId: string;
  consecutive: number;
  code: A2AErrorCode;
  status?: number;
  reason: string;
}

/**
 * No beat was accepted for 60 s: after 90 s the platform takes an external workspace for offline. Reported once in each
 * such time.
 */
export interface HeartbeatOverdue {
  type: "heartbeat.overdue";
  workspaceId: string;
  /** Milliseconds since the last accepted beat, or since the start. */
  silentMs: number;
  /** Of the latest failure. */
  code: A2AErrorCode;
  reason: string;
}

/** The platform has refused the token in 3, 20, 40 … consecutive beats: an operator has to act. */
export interface HeartbeatUnauthorized {
  type: "heartbeat.unauthorized";
  workspaceId: string;
  consecutive: number;
  reason: string;
}

/** The workspace was deleted; the heartbeat has stopped. */
export interface HeartbeatRemoved {
  type: "heartbeat.removed";
  workspaceId: string;
  reason: string;
}

/**
 * The last registration of the workspace was repeated: after an outage, after a pause, or because the record of the
 * platform differed from it.
 */
export interface HeartbeatRegisteredAgain {
  type: "heartbeat.registered_again";
  workspaceId: string;
  /** Milliseconds without an accepted beat; 0 when there was no outage. */
  outageMs: number;
  /** Why, as a sentence. */
  reason: string;
}

/**
 * The registration could not be repeated: reported at the 1st, 2nd, 3rd, 10th, 20th … consecutive
 * failure.
 */
export interface HeartbeatRegisterFailed {
  type: "heartbeat.register_failed";
  workspaceId: string;
  consecutive: number;
  code: A2AErrorCode;
  reason: string;
}

/** An operator has paused the workspace; the heartbeat continues. */
export interface HeartbeatPaused {
  type: "heartbeat.paused";
  workspaceId: string;
}

/** The workspace is no longer paused. */
export interface HeartbeatResumed {
  type: "heartbeat.resumed";
  workspaceId: string;
}

/** A new inbound secret was stored. */
export interface HeartbeatSecretStored {
  type: "heartbeat.secret_stored";
  workspaceId: string;
}

/**
 * The inbound secret could not be stored; this is retried at the next beat that returns it. Reported at the 1st, 2nd,
 * 3rd, 10th, 20th … consecutive failure.
 */
export interface HeartbeatStoreFailed {
  type: "heartbeat.store_failed";
  workspaceId: string;
  reason: string;
}

/**
 * The file system of a folder refuses to flush files, so that a power failure may lose what was stored last. Reported
 * once for each folder.
 */
export interface StorageNotFlushed {
  type: "storage.not_flushed";
  workspaceId: string;
  reason: string;
}

/** Another heartbeat of this process already keeps the workspace online; both report tasks and errors of their own. */
export interface HeartbeatDuplicate {
  type: "heartbeat.duplicate";
  workspaceId: string;
}

/**
 * The function `runtime` or `monthlySpendCents` of a heartbeat threw or returned a promise; the beats go out without
 * its value. Reported once for each of the two.
 */
export interface HeartbeatProviderFailed {
  type: "heartbeat.provider_failed";
  workspaceId: string;
  option: "runtime" | "monthlySpendCents";
  reason: string;
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
