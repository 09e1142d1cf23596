import { invalidArgument } from "../errors";
import { quote } from "../text/format";
import type { Consumer } from "./consumer";
import type { Engine } from "./engine";
import type { Lifecycle } from "./lifecycle";
import type { InboxHandler } from "./message";

export interface RunContext {
  readonly lifecycle: Lifecycle;
  readonly consumer: Consumer;
  readonly engine: Engine;
  /** Handlers at once. */
  readonly concurrency: number;
}

/** Handles messages until the inbox is stopped. Rejects as `Inbox.run`. */
export async function run(
  { lifecycle, consumer, engine, concurrency }: RunContext,
  handler: InboxHandler,
): Promise<void> {
  if (typeof handler !== "function") {
    throw invalidArgument(`Expected the handler to be a function, got ${quote(handler)}.`);
  }
  lifecycle.start();
  const { signal } = lifecycle;
  const isOver = () => signal.aborted || lifecycle.isStopping;
  const workers = Array.from({ length: concurrency }, () =>
    lifecycle.track(handleAll(consumer, handler, signal, isOver)),
  );
  await Promise.all(workers);
  if (engine.fatal !== undefined) throw engine.fatal;
}

async function handleAll(
  consumer: Consumer,
  handler: InboxHandler,
  signal: AbortSignal,
  isOver: () => boolean,
): Promise<void> {
  while (await consumer.handleNext(handler, signal, isOver));
}
