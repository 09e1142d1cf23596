import { invalidArgument } from "../errors";
import type { Clock } from "../runtime/clock";
import { abortReason } from "../runtime/signals";
import { checkMilliseconds } from "../validation/options";
import type { Consumer } from "./consumer";
import type { Engine } from "./engine";
import type { Lifecycle } from "./lifecycle";
import type { InboxMessage } from "./message";

/** Options of `Inbox.receive`. */
export interface ReceiveOptions {
  /** Ends the wait; the call then rejects with its reason. */
  signal?: AbortSignal | undefined;
  /** @default as long as it takes */
  timeoutMs?: number | undefined;
}

export interface ReceiveContext {
  readonly lifecycle: Lifecycle;
  readonly consumer: Consumer;
  readonly engine: Engine;
  readonly clock: Clock;
}

/** The next message, or `null` when none comes in time or the inbox is stopped. Throws as `Inbox.receive`. */
export async function receive(
  { lifecycle, consumer, engine, clock }: ReceiveContext,
  { signal, timeoutMs }: ReceiveOptions = {},
): Promise<InboxMessage | null> {
  if (timeoutMs !== undefined) checkMilliseconds(timeoutMs, "timeoutMs", invalidArgument);
  if (signal?.aborted) throw abortReason(signal);
  lifecycle.start();
  // Gets no listener: `stop` notifies the engine, which ends the wait.
  const stopped = lifecycle.signal;
  const ending = new AbortController();
  const end = () => ending.abort();
  const stopTimer = timeoutMs === undefined ? undefined : clock.setTimer(end, timeoutMs);
  signal?.addEventListener("abort", end, { once: true });
  try {
    const message = await consumer.next(ending.signal, stopped);
    if (message === null && signal?.aborted) throw abortReason(signal);
    if (message === null && engine.fatal !== undefined) throw engine.fatal;
    return message;
  } finally {
    stopTimer?.();
    signal?.removeEventListener("abort", end);
  }
}

/** Messages one after the other, until the inbox is stopped. */
export async function* receiveAll(context: ReceiveContext): AsyncGenerator<InboxMessage, void, undefined> {
  for (;;) {
    const message = await receive(context);
    if (message === null) return;
    yield message;
  }
}
