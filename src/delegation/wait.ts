import { A2AError, type A2AErrorCode, invalidArgument, isA2AError } from "../errors";
import { formatDuration } from "../text/format";
import { type Call, earlyEndError } from "../transport/call";
import { TransportFailure } from "../transport/failure";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import { type CallOptions, checkCallOptions, checkMilliseconds } from "../validation/options";
import { completeDelegations, isPartial } from "./complete";
import type { DelegationContext } from "./context";
import { type Delegation, isFinal } from "./delegation-record";
import { checkDelegationId, findListed, NEVER_LISTED } from "./get";

export interface WaitOptions extends CallOptions {
  /** Delay before the second poll, in milliseconds. Later delays grow by half, up to ten times this. @default 3000 */
  pollIntervalMs?: number | undefined;
  /** The whole wait, in milliseconds. @default 600000 */
  timeoutMs?: number | undefined;
}

const NAMES: OptionNames<WaitOptions> = { source: true, signal: true, timeoutMs: true, pollIntervalMs: true };

const DEFAULT_TIMEOUT_MS = 600_000;
const DELAY_GROWTH = 1.5;
const MAX_DELAY_FACTOR = 10;

/** The last poll begins this long before the end of the wait, in milliseconds, or a tenth of the wait before. */
const LAST_POLL_MS = 1000;

/** Failures after which polling goes on. */
const TRANSIENT_CODES: ReadonlySet<A2AErrorCode> = new Set([
  "network",
  "timeout",
  "rate_limited",
  "platform_error",
  "bad_response",
]);

/** A platform that has just lost its database also refuses good tokens, so that many refusals in a row end a wait. */
const MAX_REFUSALS = 3;

/**
 * Polls the platform until a delegation does not change any more, and resolves to it with its whole result: completed,
 * failed, waiting for an answer of the user, or lost by the platform (`lost`). Outlasts an outage of the platform.
 * Throws `timeout` when that takes longer than `timeoutMs`; the peer may still be working on it. Throws `reply_lost` at
 * once for a delegation that came with a warning that it cannot be tracked, unless it is listed all the same.
 */
export async function waitForDelegation(
  context: DelegationContext,
  delegationId: string,
  given?: WaitOptions,
): Promise<Delegation> {
  const id = checkDelegationId(delegationId);
  const options: WaitOptions = checkCallOptions(given);
  checkOptionNames(options, NAMES, invalidArgument);
  const firstDelayMs = checkMilliseconds(options.pollIntervalMs ?? 3000, "pollIntervalMs", invalidArgument);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const call = context.calls.begin(timeoutMs, options.signal);
  const wait: Wait = {
    id,
    options,
    call,
    isListed: false,
    mayLackResult: true,
    refusals: 0,
    lastFailure: undefined,
  };
  try {
    return await pollUntilFinal(context, wait, firstDelayMs, Math.min(LAST_POLL_MS, timeoutMs / 10));
  } catch (error) {
    throw error instanceof TransportFailure ? earlyEndError(call, "The result of the delegation") : error;
  } finally {
    call.end();
  }
}

/** One wait, and what its polls have shown so far. */
interface Wait {
  readonly id: string;
  readonly options: CallOptions;
  readonly call: Call;
  isListed: boolean;
  /** A completed row may appear shortly before the row that has the result, so one such row is not final yet. */
  mayLackResult: boolean;
  /** Refused polls in a row. */
  refusals: number;
  /** The failure of the latest poll. */
  lastFailure: A2AError | undefined;
}

async function pollUntilFinal(
  context: DelegationContext,
  wait: Wait,
  firstDelayMs: number,
  lastPollMs: number,
): Promise<Delegation> {
  const { call } = wait;
  const warning = context.untracked.get(wait.id);
  for (
    let delayMs = firstDelayMs;
    ;
    delayMs = Math.min(delayMs * DELAY_GROWTH, firstDelayMs * MAX_DELAY_FACTOR)
  ) {
    const final = await poll(context, wait);
    if (final !== undefined) return final;
    if (warning !== undefined && !wait.isListed) throw untrackedError(wait.id, warning);
    const beforeLastMs = call.remainingMs() - lastPollMs;
    if (beforeLastMs <= 0) {
      await call.sleep(call.remainingMs());
      throw timeoutError(wait);
    }
    await call.sleep(Math.min(delayMs, beforeLastMs));
  }
}

/** Polls once. Returns the delegation when it is final; throws only failures that end the wait. */
async function poll(context: DelegationContext, wait: Wait): Promise<Delegation | undefined> {
  const { id, call } = wait;
  const { source, signal } = wait.options;
  const limits = (): CallOptions => {
    const timeoutMs = Math.max(1, Math.min(context.requestMs, call.remainingMs()));
    return { source, signal, timeoutMs };
  };
  try {
    const found = await findListed(context, id, limits());
    wait.lastFailure = undefined;
    wait.refusals = 0;
    if (found === undefined) return undefined;
    wait.isListed = true;
    if (!isFinal(found)) return undefined;
    if (wait.mayLackResult && isPartial(found) && found.responsePreview === "") {
      wait.mayLackResult = false;
      return undefined;
    }
    const [whole = found] = await completeDelegations(context, [found], limits(), false);
    return whole;
  } catch (error) {
    if (!isA2AError(error)) throw error;
    wait.refusals = error.code === "unauthorized" ? wait.refusals + 1 : 0;
    const isRefusedOnce = wait.refusals > 0 && wait.refusals < MAX_REFUSALS;
    if (!isRefusedOnce && !TRANSIENT_CODES.has(error.code)) throw error;
    wait.lastFailure = error;
    return undefined;
  }
}

const STILL_RUNNING = "It goes on: wait for it again later, and do not hand the task out anew.";

function timeoutError({ id, isListed, lastFailure, call }: Wait): A2AError {
  const reason = lastFailure === undefined ? "" : ` The last look at it failed: ${lastFailure.message}`;
  const elapsedMs = call.elapsedMs();
  return new A2AError({
    code: "timeout",
    message: `Delegation ${id} was not finished after ${formatDuration(elapsedMs)}. ${isListed ? STILL_RUNNING : NEVER_LISTED}${reason}`,
    retryable: true,
    delivery: "confirmed",
    elapsedMs: Math.round(elapsedMs),
    cause: lastFailure,
  });
}

function untrackedError(id: string, warning: string): A2AError {
  return new A2AError({
    code: "reply_lost",
    message: `The platform runs delegation ${id}, but cannot report on it ("${warning}"), so its result may never be listed. Ask the peer for it, naming the delegation, or look later with getDelegation(); delegating the task again would run it again.`,
    delivery: "confirmed",
  });
}
