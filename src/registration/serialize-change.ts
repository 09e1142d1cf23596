import { A2AError } from "../errors";
import type { Workspace } from "../identity/workspaces";
import { onAbort } from "../runtime/signals";
import { type Call, earlyEndError } from "../transport/call";
import { TransportFailure } from "../transport/failure";
import type { RequestContext } from "../transport/request/platform-request";
import { type CallOptions, checkCallOptions } from "../validation/options";
import type { QueueSlot, SerialQueue } from "./serial-queue";

/** One call that changes what the platform knows of a workspace. */
export interface RegistrationChange {
  readonly workspace: Workspace;
  readonly call: Call;
  /** For the requests that are part of it: they share its time. */
  remainingOptions(): CallOptions & { timeoutMs: number };
  /** Waits for the changes that were asked for before. */
  waitForTurn(): Promise<unknown>;
  /** Lets the next one go; the end of the call does so at the latest. */
  release(): void;
}

interface ChangeContext extends RequestContext {
  stateFor(workspace: Workspace): { readonly queue: SerialQueue };
}

/**
 * Makes a change in the order in which changes of its workspace are asked for: one that is late must not undo a newer
 * one. `what` is how an error names it.
 */
export function changeRegistration<T>(
  context: ChangeContext,
  options: CallOptions | undefined,
  what: string,
  make: (change: RegistrationChange) => Promise<T>,
): Promise<T> {
  return inLine(context, options, what, false, make);
}

/** The same for work nobody waits for. It overtakes nobody, and gives way to whoever has waited too long for it. */
export async function changeInBackground<T>(
  context: ChangeContext,
  options: CallOptions,
  what: string,
  make: (change: RegistrationChange) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  const own = new AbortController();
  const unfollow = signal && onAbort(signal, (reason) => own.abort(reason));
  if (signal?.aborted) own.abort(signal.reason);
  try {
    return await inLine(context, { ...options, signal: own.signal }, what, true, make, () =>
      own.abort(gaveWay(what)),
    );
  } finally {
    unfollow?.();
  }
}

async function inLine<T>(
  context: ChangeContext,
  options: CallOptions | undefined,
  what: string,
  background: boolean,
  make: (change: RegistrationChange) => Promise<T>,
  giveWay?: () => void,
): Promise<T> {
  const { signal, timeoutMs = context.requestMs, source } = checkCallOptions(options);
  const workspace = context.workspaces.named(source) ?? context.workspaces.default;
  const call = context.calls.begin(timeoutMs, signal, background);
  const place = context.stateFor(workspace).queue.enqueue(giveWay);
  try {
    return await make({
      workspace,
      call,
      remainingOptions: () => ({ source: workspace.id, signal, timeoutMs: Math.max(1, call.remainingMs()) }),
      waitForTurn: () =>
        background ? call.waitFor(place.ready) : turnOrHalfTime(context, place, call, signal),
      release: place.release,
    });
  } catch (error) {
    throw error instanceof TransportFailure ? earlyEndError(call, what) : error;
  } finally {
    place.release();
    call.end();
  }
}

/** After half of its time a call goes on: what hangs in front of it must not take it all. */
async function turnOrHalfTime(
  { calls }: ChangeContext,
  place: QueueSlot,
  call: Call,
  signal: AbortSignal | undefined,
): Promise<void> {
  const wait = calls.begin(call.remainingMs() / 2, signal);
  try {
    await wait.waitFor(place.ready);
  } catch (error) {
    if (wait.cancelled() !== undefined) throw error;
    place.preempt();
  } finally {
    wait.end();
  }
}

function gaveWay(what: string): A2AError {
  const message = `${what} gave way to a newer change of the same workspace. Try again later.`;
  return new A2AError({ code: "timeout", message, retryable: true });
}
