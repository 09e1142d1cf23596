/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  header(name: string): string | undefined;
}

/** A response. The body of a success is complete, decoded and within the limit. */
export interface HttpResponse extends ResponseHead {
  readonly text: string;
  /** Set when the body is missing because it broke off or was too long. */
  readonly truncated?: boolean;
}

/** The limits of one attempt. Times in milliseconds, sizes in decoded bytes. */
export interface AttemptLimits {
  /** Limit of the whole attempt, the body of the response included. */
  readonly limitMs: number;
  readonly maxBytes: number;
  /** For background work: neither the connection nor the timers keep the process alive. */
  readonly background: boolean;
  /** Sets the callback that cancels the attempt, called at once after a cancellation; `undefined` removes it. */
  onCancel(callback: (() => void) | undefined): void;
  /** Called once there is a connection, or at the start where nobody says when there is one. */
  readonly onConnected?: (() => void) | undefined;
  /**
   * True when a request that has left completely is not cut off at the end of its attempt: what the other side does
   * depends on the connection. Its response is ignored then, and the connection closed after 60 s at the latest.
   */
  readonly mayLeaveOpen?: (() => boolean) | undefined;
}

/** How long a request that was left open may take to end by itself, in milliseconds. */
export const LEFT_OPEN_MS = 60_000;

/**
 * The limit for the body of a response that is no success. The body only explains the status, which is classified
 * without it when it is larger or does not arrive.
 */
export const MAX_ERROR_BODY_BYTES = 64 * 1024;

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** Redirects are never followed: that would send the message and the token to another server. */
export const isRedirect = (status: number): boolean => status >= 300 && status < 400;
