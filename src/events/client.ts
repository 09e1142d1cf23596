import type { A2AErrorCode, Delivery } from "../errors";

/** One attempt of a send failed; another may follow. */
export interface SendAttemptFailed {
  type: "send.attempt_failed";
  peerId: string;
  messageId: string;
  /** 1 for the first. */
  attempt: number;
  code: A2AErrorCode;
  delivery: Delivery;
  /** What failed, for people. */
  reason: string;
  status?: number;
  /** Milliseconds this attempt took. */
  elapsedMs: number;
}

/** The same message goes out again after `delayMs` milliseconds. */
export interface SendRetry {
  type: "send.retry";
  peerId: string;
  messageId: string;
  /** The attempt to come: 2 or more. */
  attempt: number;
  delayMs: number;
}

/** A send is over: `outcome` is the kind of its outcome, or the code of its error. */
export interface SendSettled {
  type: "send.settled";
  peerId: string;
  messageId: string;
  ok: boolean;
  outcome: string;
  attempts: number;
  /** Milliseconds of the whole send. */
  elapsedMs: number;
}

/** After a 401 another token was found, in the token source or where one is stored, and is used from now on. */
export interface TokenRefreshed {
  type: "token.refreshed";
  workspaceId: string;
}

/**
 * A token the platform has issued could not be stored; it is in use, but a restart would lose it. It is tried again
 * until it is stored or the client is closed: told at the 1st, 2nd, 3rd, 10th, 20th … failure in a row and the last.
 */
export interface TokenStoreFailed {
  type: "token.store_failed";
  workspaceId: string;
  reason: string;
}

/**
 * Something about a registration is not as it was meant: the platform did not confirm poll mode, the URL names
 * `localhost`, which only a platform in development mode reaches, or MOLECULE_DEPLOY_MODE is no mode that is known
 * (told once, at the first registration).
 */
export interface RegistrationWarning {
  type: "registration.warning";
  workspaceId: string;
  reason: string;
}

/**
 * A background question for a peer, or for all peers of a workspace, failed; what is known stays. The same failure
 * is told at the 1st, 2nd, 3rd, 10th, 20th … in a row.
 */
export interface EnricherFailed {
  type: "enricher.failed";
  workspaceId: string;
  /** Absent for the peer list. */
  peerId?: string;
  code: A2AErrorCode;
  reason: string;
}

/** Questions were dropped because too many waited: told at the 1st, 10th, 100th and so on. */
export interface EnricherDropped {
  type: "enricher.dropped";
  /** Since the client was created. */
  dropped: number;
}
