import { A2AError, type A2AErrorCode, invalidArgument, isA2AError } from "../errors";
import { formatDuration, quote } from "../text/format";
import { earlyEndError } from "../transport/call";
import { TransportFailure } from "../transport/failure";
import { type CallOptions, checkCallOptions, parseMilliseconds } from "../validation/options";
import { parsePeerId } from "../validation/peer-id";
import type { DelegationContext } from "./delegate";
import { listDelegations } from "./list";
import { type Delegation, isFinal } from "./parse-delegations";

export interface WaitOptions extends CallOptions {
  /** Before the second look, in milliseconds; later looks are further apart, up to ten times this. @default 3000 */
  pollIntervalMs?: number | undefined;
  /** The whole wait, in milliseconds. @default 600000 */
  timeoutMs?: number | undefined;
}

const LONGEST_WAIT_MS = 600_000;
const GROWTH = 1.5;
const WIDEST = 10;

/** Failures that another look may not meet again. */
const PASSING: ReadonlySet<A2AErrorCode> = new Set([
  "network",
  "timeout",
  "rate_limited",
  "platform_error",
  "bad_response",
]);

/**
 * Waits until a delegation is completed or failed; a failed one is an answer too. Looks less and less often, and
 * never sends anything again. Throws `timeout` when the time is over: the work may still be going on.
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
  const firstPause = parseMilliseconds(pollIntervalMs ?? 3000, "pollIntervalMs", invalidArgument);
  const call = context.calls.begin(timeoutMs ?? LONGEST_WAIT_MS, signal);
  let lastFailure: A2AError | undefined;
  let awaitingPreview = true;
  let seen = false;
  try {
    for (let pause = firstPause; ; pause = Math.min(pause * GROWTH, firstPause * WIDEST)) {
      const look = {
        source,
        signal,
        timeoutMs: Math.max(1, Math.min(context.requestMs, call.remainingMs())),
      };
      try {
        const found = (await listDelegations(context, look)).find(({ delegationId: each }) => each === id);
        seen ||= found !== undefined;
        if (found !== undefined && isFinal(found)) {
          // A row can be completed a moment before the row with its result is there.
          if (found.status === "failed" || found.responsePreview !== "" || !awaitingPreview) return found;
          awaitingPreview = false;
        }
        lastFailure = undefined;
      } catch (error) {
        if (!isA2AError(error) || !PASSING.has(error.code)) throw error;
        lastFailure = error;
      }
      if (call.remainingMs() <= pause) throw outOfTime(id, seen, call.elapsedMs(), lastFailure);
      await call.sleep(pause);
    }
  } catch (error) {
    throw error instanceof TransportFailure ? earlyEndError(call, "The result of the delegation") : error;
  } finally {
    call.end();
  }
}

const ON_ITS_WAY = "It goes on: wait for it again later, and do not hand the task out anew.";
const NEVER_SEEN =
  "The platform never listed it: it may be too long ago, or not be tracked. It may have run all the same.";

function outOfTime(id: string, seen: boolean, elapsedMs: number, cause: A2AError | undefined): A2AError {
  const trouble = cause === undefined ? "" : ` The last look at it failed: ${cause.message}`;
  return new A2AError({
    code: "timeout",
    message: `Delegation ${id} was not finished after ${formatDuration(elapsedMs)}. ${seen ? ON_ITS_WAY : NEVER_SEEN}${trouble}`,
    retryable: true,
    delivery: "confirmed",
    elapsedMs: Math.round(elapsedMs),
    cause,
  });
}
