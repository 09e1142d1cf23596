import type { Clock } from "../runtime/clock";
import type { DeployMode, PlatformVersion } from "./state";

export interface PlatformOptions {
  /** Port on 127.0.0.1. @default a free one */
  port?: number | undefined;
  /** Decides which agent URLs the platform registers and dispatches to. @default "self-hosted" */
  deployMode?: DeployMode | undefined;
  /** The platform's time. @default the time of the machine */
  clock?: Clock | undefined;
  /**
   * Which platform it behaves like. That of April 2026 knows neither poll mode nor the inbound secret, does not say
   * what is wrong with an agent's URL and judges it before it asks for a token, shows a removed workspace with status 200 instead of 410, takes an external
   * agent that fell silent for `offline` instead of `awaiting_agent`, leaves `failed` and `awaiting_agent` only for
   * a registration, loses a queued message when its target is busy again and does not tell what becomes of one, looks
   * for the agent before it reads a message, and follows an agent's redirects.
   * @default "2026-05"
   */
  version?: PlatformVersion | undefined;
  /**
   * Whether agents may register URLs on loopback (127.0.0.0/8 and ::1), as agents in tests must. The real platform
   * never lets them: `false` tests that. `url` of `addWorkspace` may be loopback in any case. @default true
   */
  allowLoopback?: boolean | undefined;
  /** Requests per minute from one address; what is more is refused with 429. @default no limit, and every answer says so */
  rateLimit?: number | undefined;
  /**
   * The organisation of a hosted platform: requests without it in `X-Molecule-Org-Id` get an empty 404, but for
   * health, registrations and heartbeats, and requests whose `Origin` is the platform's own.
   * @default none, as self-hosted
   */
  orgId?: string | undefined;
  /** A bearer that opens everything below `/workspaces/:id` that asks for a token, of removed ones too. @default none */
  adminToken?: string | undefined;
  /**
   * Finds the addresses of the host name in a URL that an agent registers; a rejection is a name that has none.
   * Literal addresses and `localhost` are not looked up. @default the machine's own resolver
   */
  resolve?: ((hostname: string) => Promise<string[]>) | undefined;
}
