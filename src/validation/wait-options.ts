import { invalidArgument } from "../errors";
import { checkOptionNames, type OptionNames } from "./option-names";
import { type CallOptions, checkCallOptions, checkMilliseconds } from "./options";

/** Options of the calls that wait: `waitForTask` and `waitForDelegation`. */
export interface WaitOptions extends CallOptions {
  /** Delay before the second poll, in milliseconds. Later delays grow by half, up to ten times this. @default 3000 */
  pollIntervalMs?: number | undefined;
  /** The whole wait, in milliseconds. @default 600000 */
  timeoutMs?: number | undefined;
}

const NAMES: OptionNames<WaitOptions> = { source: true, signal: true, timeoutMs: true, pollIntervalMs: true };

/** Returns the options of a wait with their defaults; `source` is not checked here. Throws `invalid_argument`. */
export function checkWaitOptions(given: WaitOptions | undefined) {
  const options: WaitOptions = checkCallOptions(given);
  checkOptionNames(options, NAMES, invalidArgument);
  const { source, signal, timeoutMs = 600_000 } = options;
  const pollIntervalMs = checkMilliseconds(options.pollIntervalMs ?? 3000, "pollIntervalMs", invalidArgument);
  return { source, signal, timeoutMs, pollIntervalMs };
}
