import type { A2AEvent } from "../events";
import type { WorkspaceCredentials } from "../identity/credentials";
import type { TokenSource } from "../identity/token";
import type { DeliveryMode } from "../validation/options";

/** What {@link createA2AClient} takes. An option that is left out is read from the environment, then defaulted. */
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
   * Bearer token of the own workspace, or a function that answers it; `null` for a workspace that has none.
   * Environment: `MOLECULE_WORKSPACE_TOKEN`, else the file `MOLECULE_WORKSPACE_TOKEN_FILE` names, else
   * `.auth_token` in `CONFIGS_DIR` (`/configs` where that is writable, else `~/.molecule-workspace`). That file is
   * also tried when the platform refuses what stands before it, the option included.
   */
  token?: string | TokenSource | null | undefined;
  /**
   * Several workspaces in one process; the first is the default unless `workspaceId` names one.
   * Environment: `MOLECULE_WORKSPACES`, a JSON array of `{"id", "token"}`.
   */
  workspaces?: readonly WorkspaceCredentials[] | undefined;
  /** Value of `X-Molecule-Org-Id`, which SaaS tenants require. Environment: `MOLECULE_ORG_ID`. */
  orgId?: string | undefined;
  /**
   * Whether the platform is hosted for many, which decides where it lets agents live: `saas` also takes agent URLs in
   * private networks. Environment: `MOLECULE_DEPLOY_MODE`.
   * @default "saas" where there is an organisation, else "self-hosted"
   */
  deployMode?: "saas" | "self-hosted" | undefined;
  /**
   * Value of the `Origin` header; `null` sends none (for a platform behind a proxy that rewrites `Host`).
   * @default the origin of `platformUrl`
   */
  origin?: string | null | undefined;
  /**
   * What a send repeats on its own. `at-least-once` repeats every transient failure, so a task whose connection
   * died after it was sent may run twice. `at-most-once` repeats only what surely never reached the peer.
   * @default "at-least-once"
   */
  delivery?: DeliveryMode | undefined;
  /** How failures are repeated. */
  retry?: RetryOptions | undefined;
  /** Limits in time, in milliseconds. */
  timeouts?: TimeoutOptions | undefined;
  /** Limits in size and number. */
  limits?: LimitOptions | undefined;
  /** Limits of the memory of peers and of its background questions. */
  enricher?: EnricherOptions | undefined;
  /** Used instead of the client's own transport, for tests and for runtimes with their own networking. */
  fetch?: typeof fetch | undefined;
  /**
   * A random number from 0 up to 1; makes the jitter repeatable in tests.
   * @default Math.random
   */
  random?: (() => number) | undefined;
  /** Told what happens inside. Never sees a secret, and may throw without harm. */
  onEvent?: ((event: A2AEvent) => void) | undefined;
}

/** The delay before attempt n+1 is `baseDelayMs · 2^(n-1)`, at most `maxDelayMs`, plus or minus the jitter. */
export interface RetryOptions {
  /** Attempts of one call in all, at least 1. @default 5 */
  maxAttempts?: number | undefined;
  /** Delay before the second attempt, in milliseconds. @default 1000 */
  baseDelayMs?: number | undefined;
  /** The largest delay before jitter, in milliseconds. @default 16000 */
  maxDelayMs?: number | undefined;
  /** Share by which a delay is made longer or shorter at random (0 to 1), or `"full"` for 0 up to the delay. @default 0.25 */
  jitter?: number | "full" | undefined;
  /** The whole send in milliseconds: every attempt, delay and byte of the answer. @default 600000 */
  budgetMs?: number | undefined;
}

export interface TimeoutOptions {
  /** One attempt of a send, in milliseconds. @default 300000 */
  sendMs?: number | undefined;
  /** Every other call as a whole, its repeats included, in milliseconds. @default 10000 */
  requestMs?: number | undefined;
  /** One background question of the enricher, in milliseconds. @default 2000 */
  enrichMs?: number | undefined;
}

export interface EnricherOptions {
  /** How long a record counts as fresh, and a missing peer as missing, in milliseconds. @default 300000 */
  ttlMs?: number | undefined;
  /** How long a failure of the platform is remembered before a peer is asked for again, in milliseconds. @default 30000 */
  failureTtlMs?: number | undefined;
  /** Records kept, over all workspaces of the client; the least recently used goes first. @default 1024 */
  maxPeers?: number | undefined;
  /** Background requests under way at once. @default 2 */
  workers?: number | undefined;
  /** Questions that may wait; the newest is dropped beyond that. @default 256 */
  maxQueued?: number | undefined;
}

export interface LimitOptions {
  /** The largest message as JSON, in bytes; the platform cuts what is larger. @default 1048576 */
  requestBytes?: number | undefined;
  /** The largest answer after decoding, in bytes. @default 16777216 */
  responseBytes?: number | undefined;
  /**
   * Messages under way at once, over all clients of this process with the same value; the rest wait their turn
   * inside their budgets. @default 256
   */
  maxConcurrentSends?: number | undefined;
}
