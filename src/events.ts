import type { A2AErrorCode, Delivery } from "./errors";

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

/** What the `onEvent` of a heartbeat is told. */
export type HeartbeatEvent =
  | HeartbeatSent
  | HeartbeatFailed
  | HeartbeatUnauthorized
  | HeartbeatRemoved
  | HeartbeatRegisteredAgain
  | HeartbeatRegisterFailed
  | HeartbeatPaused
  | HeartbeatResumed
  | HeartbeatSecretStored
  | HeartbeatStoreFailed
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

/** What `onEvent` is told. More types may be added in minor versions. */
export type A2AEvent =
  | SendAttemptFailed
  | SendRetry
  | SendSettled
  | TokenRefreshed
  | TokenStoreFailed
  | RegistrationWarning
  | EnricherFailed
  | EnricherDropped
  | HeartbeatEvent;

export type Emit<Event> = (event: Event) => void;

/** True for a promise of any kind. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === "function";

/** Wraps the user's hook so that whatever it throws stays without effect on the client. */
export function safeHook<Event>(hook: ((event: Event) => void) | undefined): Emit<Event> {
  if (hook === undefined) return () => {};
  return (event) => {
    try {
      const returned: unknown = hook(event);
      if (isThenable(returned)) returned.then(undefined, () => {});
    } catch {
      // A hook that fails is its owner's affair; a send must not fail with it.
    }
  };
}
