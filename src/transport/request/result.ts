import type { A2AErrorCode, Delivery } from "../../errors";

/** What an answer, or the lack of one, means for the call. Becomes an A2AError once the call is over. */
export interface Failure {
  readonly code: A2AErrorCode;
  /** What failed, as a sentence without its full stop. */
  readonly summary: string;
  /** What to do about it, as full sentences. */
  readonly advice?: string | undefined;
  /** The same in the words of the reference client, where it has some. */
  readonly detail?: string | undefined;
  /** An answer whose beginning is shown behind `detail`. Cut by the report, which has to look for secrets first. */
  readonly excerpt?: string | undefined;
  readonly delivery: Delivery;
  /** Repeating the request may help and keeps the promise of the delivery mode. */
  readonly retryable: boolean;
  readonly status?: number | undefined;
  readonly rpcCode?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = (failure: Failure): Result<never> => ({ ok: false, failure });
