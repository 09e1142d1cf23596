import type { A2AErrorCode, Delivery } from "../../errors";
import type { Workspace } from "../../identity/workspaces";
import type { Priority } from "../allowance/allowance";
import type { Call } from "../call";
import type { HttpMethod } from "../http/http";
import type { Pool } from "../http/pool";
import type { HttpResponse } from "../response";
import type { Progress } from "./progress";
import type { Result } from "./result";

/** A body that is no JSON. */
export interface EncodedBody {
  /** Its content type. */
  readonly type: string;
  readonly data: Uint8Array;
}

/** One logical request of the client to the platform. */
export interface ExecuteRequest<T> {
  method: HttpMethod;
  /** Path below the platform URL, already safe. */
  path: string;
  /** JSON text, or a body of another type; the same in all attempts. */
  body?: string | EncodedBody | undefined;
  workspace: Workspace;
  pool: Pool;
  call: Call;
  /** Limit of one attempt in milliseconds; the budget of the call ends it too. */
  limitMs: number;
  /** Set for a request that gives a peer something to do. */
  task?: TaskSafety | undefined;
  peerId?: string | undefined;
  /** Updated while the request is made, for callers who need it also after a cancellation. */
  progress?: Progress | undefined;
  /** What the request is for, which decides who goes first under a rate limit. @default "send" */
  priority?: Priority | undefined;
  /** Makes one attempt only, and the one after a refreshed token. */
  once?: boolean | undefined;
  classify(response: HttpResponse): Result<T>;
  /** Called when an attempt has its connection and is about to be sent. */
  onAttemptStarted?: ((attempt: number) => void) | undefined;
  /** Called when the request has waited long for a connection, and each time that wait has doubled. */
  onWaiting?: ((waitedMs: number) => void) | undefined;
  onAttemptFailed?: ((attempt: FailedAttempt) => void) | undefined;
  onRetry?: ((attempt: number, delayMs: number) => void) | undefined;
}

/** How a request is treated that gives a peer something to do. */
export interface TaskSafety {
  messageId?: string | undefined;
  /** Whether to send it again when the peer may have run it. */
  retryMaybeDelivered: boolean;
  /** `messageId` is an idempotency key of the platform. */
  keyed?: boolean | undefined;
  /** Does not cut the request off when its time is over or the caller cancels it; the end of the client does. */
  leaveOpen?: boolean | undefined;
}

export interface FailedAttempt {
  attempt: number;
  code: A2AErrorCode;
  delivery: Delivery;
  reason: string;
  status: number | undefined;
  elapsedMs: number;
}
