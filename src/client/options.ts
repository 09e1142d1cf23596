import type { A2AEvent, Telemetry } from "../events";
import type { TokenSource } from "../identity/token-source";
import type { WorkspaceCredentials, WorkspaceLookup } from "../identity/workspace-lookup";
import type { Clock } from "../runtime/clock";
import type { TlsOptions } from "../transport/http/tls";
import type { DeliveryMode } from "../validation/options";

/** Options of {@link createA2AClient}. An option that is left out comes from the environment, else has its default. */
export interface A2AClientOptions {
  /**
   * Base URL of the platform, `http` or `https`, without credentials or query.
   * Environment: `PLATFORM_URL`, `MOLECULE_PLATFORM_URL`, `MOLECULE_API_URL`, `MOLECULE_URL`.
   * @default "http://host.docker.internal:8080" inside Docker, else "http://localhost:8080"
   */
  platformUrl?: string | undefined;
  /** UUID of the own workspace. Environment: `WORKSPACE_ID`. */
  workspaceId?: string | undefined;
  /**
   * Bearer token of the own workspace, or a function that returns it; `null` for a workspace that has none.
   * Environment: `MOLECULE_WORKSPACE_TOKEN`, else the file `MOLECULE_WORKSPACE_TOKEN_FILE` names, else
   * `.auth_token` in `CONFIGS_DIR` (`/configs` where that is writable, else `~/.molecule-workspace`). That file is
   * also read when the platform refuses the token from any other place, the option included.
   */
  token?: string | TokenSource | null | undefined;
  /**
   * Several workspaces in one process; the first is the default unless `workspaceId` names one. Or a function that
   * finds the credentials of the workspace that a call names as `source`; without `workspaceId` each call names one.
   * Environment: `MOLECULE_WORKSPACES`, a JSON array of `{"id", "token"}`.
   */
  workspaces?: readonly WorkspaceCredentials[] | WorkspaceLookup | undefined;
  /** Value of `X-Molecule-Org-Id`, which SaaS tenants require. Environment: `MOLECULE_ORG_ID`. */
  orgId?: string | undefined;
  /**
   * Kind of platform, which decides about the URLs of agents: `saas` allows private networks, `self-hosted` does not.
   * Environment: `MOLECULE_DEPLOY_MODE`.
   * @default "saas" with an `orgId`, else "self-hosted"
   */
  deployMode?: "saas" | "self-hosted" | undefined;
  /**
   * Value of the `Origin` header; `null` sends none (for a platform behind a proxy that rewrites `Host`).
   * @default the origin of `platformUrl`
   */
  origin?: string | null | undefined;
  /**
   * Which failures of a send are retried. `at-least-once` retries every transient failure, so a task may run twice
   * when its connection broke after it was sent. `at-most-once` retries only what certainly did not reach the peer.
   * @default "at-least-once"
   */
  delivery?: DeliveryMode | undefined;
  /** Retries and their delays. */
  retry?: RetryOptions | undefined;
  /** Timeouts, in milliseconds. */
  timeouts?: TimeoutOptions | undefined;
  /** Limits of sizes and concurrency. */
  limits?: LimitOptions | undefined;
  /** Limits of the cache of peers and of its background requests. */
  enricher?: EnricherOptions | undefined;
  /**
   * Certificates for the connections to the platform, on Node and for an `https` platform URL. Clients with different
   * ones share no connections. @default Node's certificate authorities, and no client certificate
   */
  tls?: TlsOptions | undefined;
  /** Replaces the client's own transport, in tests and in runtimes with their own networking. */
  fetch?: typeof fetch | undefined;
  /**
   * Returns a random number from 0 up to, but not including, 1. Makes the jitter repeatable in tests.
   * @default Math.random
   */
  random?: (() => number) | undefined;
  /**
   * Source of time for the client and its heartbeats, for tests: `manualClock()` of `a2a-peers/testing`, given to the
   * embedded platform as well, lets minutes pass at once. @default the time of the machine
   */
  clock?: Clock | undefined;
  /**
   * Receives every event as `onEvent` does, and also those of heartbeats, inboxes and agents with an `onEvent` of their
   * own: `logEvents(pino())` of `a2a-peers/logging` writes them as lines of a log. @default none
   */
  logger?: ((event: A2AEvent) => void) | undefined;
  /**
   * Observes the client and all that is made of it as spans and metrics: `openTelemetry()` of `a2a-peers/otel`.
   * @default none
   */
  telemetry?: Telemetry | undefined;
  /** Called with every event of the client. Events hold no secrets. What it throws is ignored. */
  onEvent?: ((event: A2AEvent) => void) | undefined;
}

/** The delay before attempt n+1 is `baseDelayMs · 2^(n-1)`, at most `maxDelayMs`, plus or minus the jitter. */
export interface RetryOptions {
  /** Attempts of one call, the first included: 1 to 1000. @default 5 */
  maxAttempts?: number | undefined;
  /** Delay before the second attempt, in milliseconds. @default 1000 */
  baseDelayMs?: number | undefined;
  /** The largest delay before jitter, in milliseconds. @default 16000 */
  maxDelayMs?: number | undefined;
  /** Share (0 to 1) by which a delay varies at random, or `"full"` for 0 up to the delay. @default 0.25 */
  jitter?: number | "full" | undefined;
  /**
   * Sends a message again, under `at-least-once`, that the platform has and has not answered within `timeouts.sendMs`.
   * The first one goes on running beside it. @default false
   */
  timeouts?: boolean | undefined;
  /**
   * Holds requests back while the platform, or a peer, is down: one attempt at a time is made, and the others wait
   * within their budgets, or fail with it. Released at a growing pace afterwards. @default true
   */
  recoveryGate?: boolean | undefined;
  /** The whole send, with all attempts, delays and the body of the response, in milliseconds. @default 600000 */
  budgetMs?: number | undefined;
}

/** Limits of time; each above 0 and at most 2147483647 ms. */
export interface TimeoutOptions {
  /**
   * One attempt of a send, in milliseconds. A request that the platform has and has not answered by then is running,
   * not lost: it is not sent again unless `retry.timeouts` says so. @default the whole budget of the send
   */
  sendMs?: number | undefined;
  /** Every other call, with its retries, in milliseconds. @default 10000 */
  requestMs?: number | undefined;
  /** One background request of the enricher, in milliseconds. @default 2000 */
  enrichMs?: number | undefined;
}

/** The cache of peers behind `client.enricher`, and its background requests. */
export interface EnricherOptions {
  /** How long a record, or the fact that there is no such peer, is fresh, in milliseconds. @default 300000 */
  ttlMs?: number | undefined;
  /** How long a peer is not requested again after a failure of the platform, in milliseconds. @default 30000 */
  failureTtlMs?: number | undefined;
  /** Cached records over all workspaces of the client; the least recently used are evicted. @default 1024 */
  maxPeers?: number | undefined;
  /** Concurrent background requests, 1 to 64. @default 2 */
  workers?: number | undefined;
  /** Requests that may wait, 1 to 65536; further ones are dropped. @default 256 */
  maxQueued?: number | undefined;
}

/** Limits of sizes, at most 256 MiB each, and of what is under way at once. */
export interface LimitOptions {
  /** The largest message as JSON, in bytes; the platform cuts off larger ones. @default 1048576 */
  requestBytes?: number | undefined;
  /** The largest response after decoding, in bytes. @default 16777216 */
  responseBytes?: number | undefined;
  /**
   * Concurrent messages, over all clients of this process with the same value. Further ones wait within their budgets.
   * @default 256
   */
  maxConcurrentSends?: number | undefined;
  /**
   * How long an idle connection is kept, in milliseconds. Below the limit at which whatever stands before the platform
   * closes idle connections: a message sent on one that was just closed may be lost. @default 4000
   */
  idleConnectionMs?: number | undefined;
}
