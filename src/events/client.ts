import type { Delivery } from "../errors";
import type {
  CodeFields,
  MessageFields,
  PeerFields,
  ReasonFields,
  StatusFields,
  WorkspaceFields,
} from "./fields";

/** An attempt of a send has a connection and is about to be sent. */
export interface SendAttemptStarted extends MessageFields, PeerFields {
  type: "send.attempt_started";
  /** 1 for the first. */
  attempt: number;
}

/**
 * A send has waited long for a connection, because `limits.maxConcurrentSends` others are under way: reported after 5,
 * 10, 20, 40 … seconds. Sends that wait for each other never end before their budgets do: see “Concurrent sends” in
 * `docs/availability.md`.
 */
export interface SendWaiting extends MessageFields, PeerFields {
  type: "send.waiting";
  /** Milliseconds since the attempt began to wait. */
  waitedMs: number;
}

/** An attempt of a send failed; another one may follow. */
export interface SendAttemptFailed extends MessageFields, PeerFields, CodeFields, StatusFields {
  type: "send.attempt_failed";
  /** 1 for the first. */
  attempt: number;
  /** Whether the peer may have the message. */
  delivery: Delivery;
  /** What failed, as a sentence. */
  reason: string;
  /** Milliseconds this attempt took. */
  elapsedMs: number;
}

/** The same message will be sent again after `delayMs` milliseconds. */
export interface SendRetry extends MessageFields, PeerFields {
  type: "send.retry";
  /** Number of the next attempt: 2 or more. */
  attempt: number;
  /** Milliseconds until the next attempt. */
  delayMs: number;
}

/** A send has ended. `outcome` is the kind of its outcome, or the code of its error. */
export interface SendSettled extends MessageFields, PeerFields {
  type: "send.settled";
  /** True when it resolved to an outcome, false when it failed. */
  ok: boolean;
  /** The `kind` of the outcome, or the `code` of the error. */
  outcome: string;
  /** Requests made, at least 1; 0 when it failed before the first. */
  attempts: number;
  /** Milliseconds of the whole send. */
  elapsedMs: number;
}

/** After a 401 another token was found, in a token source or in the stored file, and is used from now on. */
export interface TokenRefreshed extends WorkspaceFields {
  type: "token.refreshed";
}

/**
 * A token issued by the platform could not be stored. It is in use, but a restart would lose it, so the write is
 * repeated until it succeeds or the client is closed. Reported at the 1st, 2nd, 3rd, 10th, 20th … consecutive failure
 * and at the last one.
 */
export interface TokenStoreFailed extends WorkspaceFields, ReasonFields {
  type: "token.store_failed";
}

/**
 * A registration succeeded with a problem: the platform did not confirm poll mode, the URL names `localhost`, which
 * only a platform in development mode can reach, or the value of MOLECULE_DEPLOY_MODE is unknown (reported once, at
 * the first registration).
 */
export interface RegistrationWarning extends WorkspaceFields, ReasonFields {
  type: "registration.warning";
}

/**
 * A background lookup of a peer, or of all peers of a workspace, failed; cached values stay. The same failure is
 * reported at the 1st, 2nd, 3rd, 10th, 20th … consecutive occurrence.
 */
export interface EnricherFailed extends WorkspaceFields, ReasonFields, CodeFields {
  type: "enricher.failed";
  /** Absent for a lookup of the peer list. */
  peerId?: string;
}

/** Background lookups were dropped because the queue was full: reported at the 1st, 10th, 100th … drop. */
export interface EnricherDropped {
  type: "enricher.dropped";
  /** Number of dropped lookups since the client was created. */
  dropped: number;
}

/**
 * The platform, or a peer behind it, counts as down after five failures in a row. Until it answers again one attempt at
 * a time is made, and the others wait within their budgets. Reported to each client of the platform in this process.
 */
export interface RecoveryGateClosed extends CodeFields {
  type: "recovery_gate.closed";
  /** Absent when it is the platform itself. */
  peerId?: string;
  /** Why, as a sentence without its full stop. */
  reason: string;
}

/**
 * The platform's rate limit is used up, but for what the beats of this process need: other requests wait for its reset,
 * in the order reply, send, poll, lookup, or fail as `rate_limited` where their budgets end before. Reported once
 * in each window, to each client of the platform in this process.
 */
export interface RateLimitUsedUp {
  type: "rate_limit.used_up";
  /** Requests in a window; absent where the platform has not said it. */
  limit?: number;
  /** Milliseconds until the reset. */
  resetInMs: number;
}

/** The platform, or the peer, has answered again, and whatever waited for it has been sent on. */
export interface RecoveryGateOpened {
  type: "recovery_gate.opened";
  /** Absent when it is the platform itself. */
  peerId?: string;
  /** Milliseconds since it was closed. */
  closedMs: number;
}

/** The events of the client itself. */
export type ClientEvent =
  | SendAttemptStarted
  | SendWaiting
  | SendAttemptFailed
  | SendRetry
  | SendSettled
  | TokenRefreshed
  | TokenStoreFailed
  | RegistrationWarning
  | RecoveryGateClosed
  | RecoveryGateOpened
  | RateLimitUsedUp
  | EnricherFailed
  | EnricherDropped;
