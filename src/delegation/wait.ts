import { A2AError } from "../errors";
import { formatDuration } from "../text/format";
import { earlyEndError } from "../transport/call";
import { TransportFailure } from "../transport/failure";
import { lastFailureText, type PolledWait, pollOnce, pollUntilFound } from "../transport/poll";
import type { CallOptions } from "../validation/options";
import { checkWaitOptions, type WaitOptions } from "../validation/wait-options";
import { completeDelegations, isPartial } from "./complete";
import type { DelegationContext } from "./context";
import { type Delegation, isFinal } from "./delegation-record";
import { checkDelegationId, findListed, NEVER_LISTED } from "./get";
import { createWaitPause } from "./wait-pause";

/**
 * Polls the platform until a delegation does not change any more, and resolves to it with its whole result: completed,
 * failed, waiting for an answer of the user, or lost by the platform (`lost`). A wait that lasts also listens to the
 * platform's events, which start a poll at once. Outlasts an outage of the platform.
 * Throws `timeout` when that takes longer than `timeoutMs`; the peer may still be working on it. Throws `reply_lost` at
 * once for a delegation that came with a warning that it cannot be tracked, unless it is listed all the same.
 */
export async function waitForDelegation(
  context: DelegationContext,
  delegationId: string,
  given?: WaitOptions,
): Promise<Delegation> {
  const id = checkDelegationId(delegationId);
  const options = checkWaitOptions(given);
  const source = context.workspaces.named(options.source) ?? context.workspaces.default;
  const call = context.calls.begin(options.timeoutMs, options.signal);
  const pause = createWaitPause({ delegationId: id, call, events: context.workspaceEvents, source });
  const wait: Wait = {
    id,
    options,
    call,
    pause: pause.sleep,
    isListed: false,
    mayLackResult: true,
    refusals: 0,
    lastFailure: undefined,
  };
  const warning = context.untracked.get(id);
  try {
    const final = await pollUntilFound(wait, options.pollIntervalMs, async () => {
      const found = await pollOnce(wait, () => findFinal(context, wait));
      if (found === undefined && warning !== undefined && !wait.isListed) throw untrackedError(id, warning);
      return found;
    });
    if (final !== undefined) return final;
    throw timeoutError(wait);
  } catch (error) {
    throw error instanceof TransportFailure ? earlyEndError(call, "The result of the delegation") : error;
  } finally {
    pause.close();
    call.end();
  }
}

/** One wait, and what its polls have shown so far. */
interface Wait extends PolledWait {
  readonly id: string;
  readonly options: Pick<CallOptions, "source" | "signal">;
  isListed: boolean;
  /** A completed row may appear shortly before the row that has the result, so one such row is not final yet. */
  mayLackResult: boolean;
}

/** The delegation if it is final now. */
async function findFinal(context: DelegationContext, wait: Wait): Promise<Delegation | undefined> {
  const { id, call } = wait;
  const { source, signal } = wait.options;
  const limits = (): CallOptions => {
    const timeoutMs = Math.max(1, Math.min(context.requestMs, call.remainingMs()));
    return { source, signal, timeoutMs };
  };
  const found = await findListed(context, id, limits());
  if (found === undefined) return undefined;
  wait.isListed = true;
  if (!isFinal(found)) return undefined;
  if (wait.mayLackResult && isPartial(found) && found.responsePreview === "") {
    wait.mayLackResult = false;
    return undefined;
  }
  const [whole = found] = await completeDelegations(context, [found], limits(), false);
  return whole;
}

const STILL_RUNNING = "It goes on: wait for it again later, and do not hand the task out anew.";

function timeoutError(wait: Wait): A2AError {
  const { id, isListed, lastFailure, call } = wait;
  const elapsedMs = call.elapsedMs();
  return new A2AError({
    code: "timeout",
    message: `Delegation ${id} was not finished after ${formatDuration(elapsedMs)}. ${isListed ? STILL_RUNNING : NEVER_LISTED}${lastFailureText(wait)}`,
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
