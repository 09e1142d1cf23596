import type { Delivery } from "./backlog";
import { type ConsumerState, type Held, isCurrent } from "./consumer-state";
import { redeliveryDelayMs } from "./pace";
import type { Session } from "./session";

/** Ends the message of a delivery for good, unless the delivery is over. */
export async function acknowledge(state: ConsumerState, held: Held): Promise<void> {
  if (isCurrent(state, held)) await end(state, held.session, held.delivery);
}

/** Ends a message for good and stores that it is done. */
export async function end(state: ConsumerState, session: Session, delivery: Delivery): Promise<void> {
  complete(state, session, delivery);
  await store(state);
}

/** Ends a message for good. The next {@link store} writes it. */
export function complete(state: ConsumerState, session: Session, delivery: Delivery): void {
  session.complete(delivery);
  state.unsaved.push(delivery.message.id);
  state.options.engine.notify();
}

/**
 * Stores what has changed and reports what was acknowledged. Never rejects: what the disk does not take stays in
 * memory and is reported; without the lock there is nothing to store.
 */
export async function store({ options, unsaved }: ConsumerState): Promise<void> {
  const { engine, emit, workspace } = options;
  const acknowledged = unsaved.splice(0);
  await engine.save().catch(() => {});
  for (const id of acknowledged) emit({ type: "inbox.acknowledged", workspaceId: workspace.id, id });
}

/** Lets a message come again, or sets it aside after its last attempt, unless the delivery is over. */
export async function giveBack(state: ConsumerState, held: Held, reason: string): Promise<void> {
  if (!isCurrent(state, held)) return;
  const { maxAttempts, engine } = state.options;
  if (held.attempt >= maxAttempts) await setAside(state, held, held.attempt, reason);
  else release(state, held, reason);
  engine.notify();
  await store(state);
}

function release({ options }: ConsumerState, { session, delivery, attempt }: Held, reason: string): void {
  const { clock, random, emit, workspace } = options;
  const { id } = delivery.message;
  const delayMs = Math.round(redeliveryDelayMs(attempt, random));
  session.backlog.release(delivery, clock.now() + delayMs);
  emit({ type: "inbox.retry", workspaceId: workspace.id, id, attempt, delayMs, reason });
}

/**
 * Writes a message to the dead letters and ends it. One that cannot be written, as on a full disk, is not lost: it
 * comes again.
 */
export async function setAside(
  state: ConsumerState,
  held: Held,
  attempts: number,
  reason: string,
): Promise<void> {
  const { deadLetters, engine, emit, workspace } = state.options;
  const { session, delivery } = held;
  try {
    await deadLetters.add(delivery.message, attempts, reason);
  } catch (error) {
    engine.failures.storeFailed(error);
    if (isCurrent(state, held)) release(state, held, reason);
    return;
  }
  if (!isCurrent(state, held)) return;
  session.complete(delivery);
  const { id } = delivery.message;
  emit({ type: "inbox.dead_letter", workspaceId: workspace.id, id, attempts, reason });
  engine.notify();
  await store(state);
}
