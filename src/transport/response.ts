/** An answer. A success is complete: its body is here, decoded and within the limit. */
export interface HttpResponse {
  readonly status: number;
  readonly text: string;
  /** Set when the body broke off or was too long: it says nothing, not even that it is empty. */
  readonly truncated?: boolean;
  header(name: string): string | undefined;
}

/** One attempt as a transport sees it. Times in milliseconds, sizes in decoded bytes. */
export interface AttemptLimits {
  /** The attempt as a whole, the body of the answer included. */
  readonly limitMs: number;
  readonly maxBytes: number;
  /** Nobody waits for it: neither its connection nor its timers keep the process alive. */
  readonly background: boolean;
  /** Sets what ends the attempt early; `undefined` clears it. */
  onCancel(callback: (() => void) | undefined): void;
}

/**
 * The body of an answer that is no success only explains it: it is read up to this size, and if it does not come
 * at all, the status alone is judged.
 */
export const MAX_ERROR_BODY_BYTES = 64 * 1024;

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** A redirect is never followed: it would carry the message, and who sent it, to somebody else. */
export const isRedirect = (status: number): boolean => status >= 300 && status < 400;
