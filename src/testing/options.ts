import { lookup } from "node:dns/promises";
import type { Clock } from "../runtime/clock";
import { machineClock } from "./clock";
import { DIFFERENCES, type Differences, type PlatformVersion } from "./differences";

/** Whether a platform is hosted, or runs on machines of its users. */
export type DeployMode = "saas" | "self-hosted";

/** Options of {@link startPlatform}. Every one has a default. */
export interface PlatformOptions {
  /** Port on 127.0.0.1, from 1 to 65535. @default a free one */
  port?: number | undefined;
  /** Decides which agent URLs the platform registers and dispatches to. @default "self-hosted" */
  deployMode?: DeployMode | undefined;
  /** The platform's time. @default the time of the machine */
  clock?: Clock | undefined;
  /**
   * The platform release to behave like. That of April 2026
   * - has no poll mode, no inbound secret, no queue status, no expiry of queued messages and no activity cursors;
   * - checks the URL of a registration before its token, and gives no reason for a refused one;
   * - answers a removed workspace with status 200 instead of 410;
   * - sets a stale external agent to `offline` instead of `awaiting_agent`, and lets a heartbeat end neither
   *   `failed` nor `awaiting_agent`, only a registration;
   * - looks for the agent before it parses a message, and follows up to 10 redirects of an agent;
   * - loses a queued message when its target is busy again;
   * - loses the result of a delegation when its text has a NUL or its byte 80 is within a character, and runs a
   *   delegation again under the same idempotency key when its caller disconnected before the row was stored;
   * - keeps a hibernated workspace hibernated, and reaches a removed one that has a URL.
   * @default "2026-05"
   */
  version?: PlatformVersion | undefined;
  /**
   * Whether agents may register URLs on loopback (127.0.0.0/8 and ::1), as agents in tests must. The real platform
   * always refuses them: `false` tests that. `url` of `addWorkspace` may be loopback in any case. @default true
   */
  allowLoopback?: boolean | undefined;
  /**
   * Requests per minute and client address; more are refused with 429. Without a limit every response has
   * `X-RateLimit-Limit: unlimited`. @default no limit
   */
  rateLimit?: number | undefined;
  /**
   * The organisation of a hosted platform: requests without it in `X-Molecule-Org-Id` get an empty 404, except
   * health, registrations and heartbeats, and requests whose `Origin` is the platform's own.
   * @default none, as self-hosted
   */
  orgId?: string | undefined;
  /**
   * The operator's bearer token. It is accepted on every route below `/workspaces/:id` that requires one, for removed
   * workspaces too (not for the state of one that has a token of its own), and alone on those of the operator: `GET` and
   * `POST /workspaces`, `DELETE /workspaces/:id`, `PATCH /workspaces/:id/budget`. @default none
   */
  adminToken?: string | undefined;
  /**
   * Where files are kept that agents upload for their humans. With `"containers"`, as on the real platform, only a
   * workspace that the platform runs (a `reply` without a `url`) can upload, and every other one gets 503
   * `workspace container not running`; with `"platform"` every workspace can. @default "containers"
   */
  uploads?: "containers" | "platform" | undefined;
  /**
   * Resolves the host name in a URL that an agent registers to its addresses; rejects for a name without any.
   * Literal addresses and `localhost` are not resolved. @default the machine's own resolver
   */
  resolve?: ((hostname: string) => Promise<string[]>) | undefined;
}

/** The options with every default applied. */
export interface PlatformSettings {
  readonly clock: Clock;
  readonly deployMode: DeployMode;
  readonly allowLoopback: boolean;
  readonly rateLimit: number | undefined;
  readonly orgId: string | undefined;
  readonly adminToken: string | undefined;
  readonly uploads: "containers" | "platform";
  readonly resolve: (hostname: string) => Promise<string[]>;
  /** What the chosen version does differently. */
  readonly differences: Differences;
}

export function resolveOptions(options: PlatformOptions): PlatformSettings {
  return {
    clock: options.clock ?? machineClock,
    deployMode: options.deployMode ?? "self-hosted",
    allowLoopback: options.allowLoopback ?? true,
    rateLimit: options.rateLimit,
    orgId: options.orgId,
    adminToken: options.adminToken,
    uploads: options.uploads ?? "containers",
    resolve: options.resolve ?? resolveWithDns,
    differences: DIFFERENCES[options.version ?? "2026-05"],
  };
}

async function resolveWithDns(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}
