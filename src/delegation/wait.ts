import { A2AError, type A2AErrorCode, invalidArgument, isA2AError } from "../errors";
import { formatDuration, quote } from "../text/format";
import { earlyEndError } from "../transport/call";
import { TransportFailure } from "../transport/failure";
import { type CallOptions, checkCallOptions, checkMilliseconds } from "../validation/options";
import { parsePeerId } from "../validation/peer-id";
import type { DelegationContext } from "./context";
import { listDelegations } from "./list";
import { type Delegation, isFinal } from "./parse-delegations";

export interface WaitOptions extends CallOptions {
  /** Delay before the second poll, in milliseconds. Later delays grow by half, up to ten times this. @default 3000 */
  pollIntervalMs?: number | undefined;
  /** The whole wait, in milliseconds. @default 600000 */
  timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 600_000;
const DELAY_GROWTH = 1.5;
const MAX_DELAY_FACTOR = 10;

/** Failures after which polling goes on. */
const TRANSIENT_CODES: ReadonlySet<A2AErrorCode> = new Set([
  "network",
  "timeout",
  "rate_limited",
  "platform_error",
  "bad_response",
]);

/**
 * Polls the platform until a delegation is completed or failed, and resolves to it in both cases. Throws `timeout`
 * when it is not final in time; the peer may still be working on it.
 */
export async function waitForDelegation(
  context: DelegationContext,
  delegationId: string,
  given?: WaitOptions,
): Promise<Delegation> {
  const id = parsePeerId(delegationId);
  if (id === null)
    throw invalidArgument(`Expected \`delegationId\` to be a UUID, got ${quote(delegationId)}.`);
  const { source, signal, timeoutMs, pollIntervalMs }: WaitOptions = checkCallOptions(given);
  const firstDelayMs = checkMilliseconds(pollIntervalMs ?? 3000, "pollIntervalMs", invalidArgument);
  const call = context.calls.begin(timeoutMs ?? DEFAULT_TIMEOUT_MS, signal);
  const state: PollState = { isListed: false, mayLackPreview: true, lastFailure: undefined };
  let delayMs = firstDelayMs;
  try {
    for (;;) {
      const requestMs = Math.max(1, Math.min(context.requestMs, call.remainingMs()));
      const final = await poll(context, id, { source, signal, timeoutMs: requestMs }, state);
      if (final !== undefined) return final;
      if (call.remainingMs() <= delayMs) throw timeoutError(id, state, call.elapsedMs());
      await call.sleep(delayMs);
      delayMs = Math.min(delayMs * DELAY_GROWTH, firstDelayMs * MAX_DELAY_FACTOR);
    }
  } catch (error) {
    throw error instanceof TransportFailure ? earlyEndError(call, "The result of the delegation") : error;
  } finally {
    call.end();
  }
}

/** What the polls of one wait have shown so far. */
interface PollState {
  isListed: boolean;
  /** A completed row may appear shortly before the row that has the result, so one such row is not final yet. */
  mayLackPreview: boolean;
  /** The failure of the latest poll. */
  lastFailure: A2AError | undefined;
}

/** Polls once. Returns the delegation when it is final; throws only failures that end the wait. */
async function poll(
  context: DelegationContext,
  id: string,
  options: CallOptions,
  state: PollState,
): Promise<Delegation | undefined> {
  try {
    const found = (await listDelegations(context, options)).find(({ delegationId }) => delegationId === id);
    state.lastFailure = undefined;
    if (found === undefined) return undefined;
    state.isListed = true;
    if (!isFinal(found)) return undefined;
    if (found.status === "failed" || found.responsePreview !== "" || !state.mayLackPreview) return found;
    state.mayLackPreview = false;
    return undefined;
  } catch (error) {
    if (!isA2AError(error) || !TRANSIENT_CODES.has(error.code)) throw error;
    state.lastFailure = error;
    return undefined;
  }
}

const STILL_RUNNING = "It goes on: wait for it again later, and do not hand the task out anew.";
const NEVER_LISTED =
  "The platform never listed it: it may be too long ago, or not be tracked. It may have run all the same.";

function timeoutError(id: string, { isListed, lastFailure }: PollState, elapsedMs: number): A2AError {
  const reason = lastFailure === undefined ? "" : ` The last look at it failed: ${lastFailure.message}`;
  return new A2AError({
    code: "timeout",
    message: `Delegation ${id} was not finished after ${formatDuration(elapsedMs)}. ${isListed ? STILL_RUNNING : NEVER_LISTED}${reason}`,
    retryable: true,
    delivery: "confirmed",
    elapsedMs: Math.round(elapsedMs),
    cause: lastFailure,
  });
}
