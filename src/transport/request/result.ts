import type { A2AErrorCode, Delivery } from "../../errors";

/** What a response, or the lack of one, means for the call. Becomes an A2AError when the call ends. */
export interface Failure {
  readonly code: A2AErrorCode;
  /** What failed, as a sentence without its full stop. */
  readonly summary: string;
  /** What the peer wrote, to follow the summary. Cut by `toA2AError`, after it has redacted secrets. */
  readonly quoted?: string | undefined;
  /** What to do about it, as full sentences. */
  readonly advice?: string | undefined;
  /** The same in the words of the reference client, where it has any. */
  readonly detail?: string | undefined;
  /** Body of a response whose beginning follows `detail`. Cut by `toA2AError`, after it has redacted secrets. */
  readonly excerpt?: string | undefined;
  readonly delivery: Delivery;
  /** Repeating the request may help. False in the end where that would break the promise of the delivery mode. */
  readonly retryable: boolean;
  /** The other side has the request and only its time was over: repeated for those who ask for it alone. */
  readonly stillRunning?: boolean | undefined;
  readonly status?: number | undefined;
  readonly rpcCode?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  /** JSON value that the peer gave with its error. Redacted and cut by `toA2AError`. */
  readonly data?: unknown;
  /** The error names the URL of the request: it is what may be wrong. */
  readonly namesTarget?: boolean | undefined;
  readonly cause?: unknown;
  /** The platform also answers so while it cannot read its database: checked before it is believed. */
  readonly ambiguous?: boolean | undefined;
  /** What is down, so that every other attempt at it would fail alike. */
  readonly down?: "platform" | "peer" | undefined;
}

/** The side of a {@link Result} that holds a failure. */
export interface Failed {
  readonly ok: false;
  readonly failure: Failure;
}

/** `ambiguous` of a value means the same as that of a failure. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly ambiguous?: boolean | undefined }
  | Failed;

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = (failure: Failure): Failed => ({ ok: false, failure });
