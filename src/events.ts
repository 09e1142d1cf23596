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

/** What `onEvent` is told. More types may be added in minor versions. */
export type A2AEvent = SendAttemptFailed | SendRetry | SendSettled | TokenRefreshed;

export type Emit<Event> = (event: Event) => void;

/** Wraps the user's hook so that whatever it throws stays without effect on the client. */
export function safeHook<Event>(hook: ((event: Event) => void) | undefined): Emit<Event> {
  if (hook === undefined) return () => {};
  return (event) => {
    try {
      const returned: unknown = hook(event);
      if (returned instanceof Promise) returned.catch(() => {});
    } catch {
      // A hook that fails is its owner's affair; a send must not fail with it.
    }
  };
}
