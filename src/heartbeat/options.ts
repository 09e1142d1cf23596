import type { HeartbeatEvent } from "../events";
import type { DelegationWatchOptions } from "../results/options";
import type { RuntimeMetadata } from "./beat-payload";

/** Options of `createHeartbeat`. */
export interface HeartbeatOptions {
  /** Id of the own workspace to keep online. @default the client's default workspace */
  source?: string | undefined;
  /**
   * From the start of one beat to the start of the next, in milliseconds, plus or minus 10 %; at most 60000, because
   * the platform takes an external workspace for offline after 90 s without a beat. @default 30000
   */
  intervalMs?: number | undefined;
  /** Limit of one beat, in milliseconds. @default 10000 */
  timeoutMs?: number | undefined;
  /** How long the platform takes the workspace for online without a beat, in milliseconds. @default 90000 */
  livenessMs?: number | undefined;
  /**
   * Path of the folder for the inbound secret, the results and the state of the heartbeat; created with mode 0700.
   * @default CONFIGS_DIR, else /configs where that is writable, else ~/.molecule-workspace
   */
  stateDir?: string | undefined;
  /**
   * Returns what the runtime declares; called for each beat. When it throws or returns a promise, that beat declares
   * nothing, which `heartbeat.provider_failed` reports once.
   */
  runtime?: (() => RuntimeMetadata | undefined) | undefined;
  /**
   * Returns the spend of the month so far in US cents; called for each beat. When it throws or returns a promise, none
   * is reported, which `heartbeat.provider_failed` reports once.
   */
  monthlySpendCents?: (() => number | undefined) | undefined;
  /** How results of delegations are delivered; `false` does not poll for them. @default {} */
  delegations?: false | DelegationWatchOptions | undefined;
  /** Called with each event. It may throw without harm. @default the client's */
  onEvent?: ((event: HeartbeatEvent) => void) | undefined;
}
