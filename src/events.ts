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

/** After a 401 the token source gave another token, which is used from now on. */
export interface TokenRefreshed {
  type: "token.refreshed";
  workspaceId: string;
}

/** A background question for a peer, or for all peers of a workspace, failed; what is known stays. */
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

/** What `onEvent` is told. More types may be added in minor versions. */
export type A2AEvent =
  | SendAttemptFailed
  | SendRetry
  | SendSettled
  | TokenRefreshed
  | EnricherFailed
  | EnricherDropped;

export type Emit<Event> = (event: Event) => void;

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
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
