import type { AttemptLimits, HttpResponse } from "../response";
import type { Pool } from "./pool";

/** What is sent in one attempt. */
export interface TransportRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array | undefined;
  /** Must not be sent twice, whatever the runtime does by itself. */
  readonly fresh?: boolean | undefined;
}

/**
 * Sends one request that has taken a slot of `pool`, and gives the slot back once the connection is free. Rejects with a
 * TransportFailure and nothing else.
 */
export type Transport = (
  request: TransportRequest,
  limits: AttemptLimits,
  pool: Pool,
) => Promise<HttpResponse>;
