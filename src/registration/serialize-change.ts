import { A2AError } from "../errors";
import type { Workspace } from "../identity/workspaces";
import { abortReason, onAbort } from "../runtime/signals";
import { type Call, earlyEndError } from "../transport/call";
import { TransportFailure } from "../transport/failure";
import type { RequestContext } from "../transport/request/platform-request";
import { type CallOptions, checkCallOptions } from "../validation/options";
import type { QueueSlot } from "./serial-queue";
import { joinChanges, type SharedChanges } from "./shared-changes";

/** One call that changes what the platform knows of a workspace. */
export interface RegistrationChange {
  readonly workspace: Workspace;
  readonly call: Call;
  readonly changes: SharedChanges;
  /** Options for a request of this change: the time that is left of the call is its timeout. */
  remainingOptions(): CallOptions & { timeoutMs: number };
  /** Waits for the earlier changes of the same workspace. */
  waitForTurn(): Promise<unknown>;
  /** Starts the next change. The end of the call does so too. */
  release(): void;
}

interface ChangeContext extends RequestContext {
  readonly platformUrl: string;
}

/** What is changed, as errors name it, and how. */
interface ChangeTask<T> {
  readonly what: string;
  readonly background: boolean;
  run(change: RegistrationChange): Promise<T>;
  /** Called when a later change has waited too long for this one. */
  onPreempt?(): void;
}

/**
 * Runs the changes of a workspace, of all clients of this process, in the order of their calls, so that a late one does not undo a newer one. A change
 * that has spent half of its time waiting goes on without its turn, and preempts earlier ones in the background.
 */
export function changeRegistration<T>(
  context: ChangeContext,
  options: CallOptions | undefined,
  what: string,
  run: (change: RegistrationChange) => Promise<T>,
): Promise<T> {
  return runInQueue(context, options, { what, background: false, run });
}

/** The same in the background: it waits for its turn as long as it may, and rejects when it is preempted. */
export async function changeInBackground<T>(
  context: ChangeContext,
  options: CallOptions,
  what: string,
  run: (change: RegistrationChange) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  const controller = new AbortController();
  const stopListening = signal && onAbort(signal, (reason) => controller.abort(reason));
  if (signal?.aborted) controller.abort(abortReason(signal));
  const onPreempt = () => controller.abort(preemptedError(what));
  try {
    const background = { ...options, signal: controller.signal };
    return await runInQueue(context, background, { what, background: true, run, onPreempt });
  } finally {
    stopListening?.();
  }
}

async function runInQueue<T>(
  context: ChangeContext,
  options: CallOptions | undefined,
  { what, background, run, onPreempt }: ChangeTask<T>,
): Promise<T> {
  const { signal, timeoutMs = context.requestMs, source } = checkCallOptions(options);
  const workspace = context.workspaces.named(source) ?? context.workspaces.default;
  const call = context.calls.begin(timeoutMs, signal, background);
  const { changes, leave } = joinChanges(context.platformUrl, workspace.id);
  const slot = changes.queue.enqueue(onPreempt);
  try {
    return await run({
      workspace,
      call,
      changes,
      remainingOptions: () => ({
        source: workspace.id,
        signal,
        timeoutMs: Math.max(1, call.remainingMs()),
      }),
      waitForTurn: () =>
        background ? call.waitFor(slot.ready) : waitHalfTheTime(context, slot, call, signal),
      release: slot.release,
    });
  } catch (error) {
    throw error instanceof TransportFailure ? earlyEndError(call, what) : error;
  } finally {
    slot.release();
    leave();
    call.end();
  }
}

/** Waits for the turn for half of the call's time, so that a hanging earlier change cannot use up all of it. */
async function waitHalfTheTime(
  { calls }: ChangeContext,
  slot: QueueSlot,
  call: Call,
  signal: AbortSignal | undefined,
): Promise<void> {
  const wait = calls.begin(call.remainingMs() / 2, signal);
  try {
    await wait.waitFor(slot.ready);
  } catch (error) {
    if (wait.cancellation() !== undefined) throw error;
    slot.preempt();
  } finally {
    wait.end();
  }
}

function preemptedError(what: string): A2AError {
  const message = `${what} gave way to a newer change of the same workspace. Try again later.`;
  return new A2AError({ code: "timeout", message, retryable: true });
}
