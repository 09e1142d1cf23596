import type { A2AErrorCode } from "../errors";

/** A beat was accepted. */
export interface HeartbeatSent {
  type: "heartbeat.sent";
  workspaceId: string;
  elapsedMs: number;
}

/** A beat failed: told at the 1st, 2nd, 3rd, 10th, 20th … in a row. The next one comes as planned. */
export interface HeartbeatFailed {
  type: "heartbeat.failed";
  workspaceId: string;
  consecutive: number;
  code: A2AErrorCode;
  status?: number;
  reason: string;
}

/** The platform has refused the token three times in a row, or again many times since: an operator has to act. */
export interface HeartbeatUnauthorized {
  type: "heartbeat.unauthorized";
  workspaceId: string;
  consecutive: number;
  reason: string;
}

/** The workspace was deleted; beating has ended. */
export interface HeartbeatRemoved {
  type: "heartbeat.removed";
  workspaceId: string;
  reason: string;
}

/** After an outage the workspace was registered anew, as it was registered last. */
export interface HeartbeatRegisteredAgain {
  type: "heartbeat.registered_again";
  workspaceId: string;
  /** Milliseconds without an accepted beat. */
  outageMs: number;
}

/** The workspace could not be registered anew after an outage: told at the 1st, 2nd, 3rd, 10th, 20th … in a row. */
export interface HeartbeatRegisterFailed {
  type: "heartbeat.register_failed";
  workspaceId: string;
  consecutive: number;
  code: A2AErrorCode;
  reason: string;
}

/** An operator has paused the workspace; beats go on. */
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
 * The inbound secret could not be stored; the next beat that carries it tries again. Told at the 1st, 2nd, 3rd, 10th,
 * 20th … in a row.
 */
export interface HeartbeatStoreFailed {
  type: "heartbeat.store_failed";
  workspaceId: string;
  reason: string;
}
