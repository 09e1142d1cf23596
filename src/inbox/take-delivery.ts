import type { ConsumerState, Held } from "./consumer-state";
import { giveBack, setAside, store } from "./end-delivery";
import type { Session } from "./session";

export interface TakeOptions {
  /** After so long the message comes again unless it is acknowledged, in milliseconds; `undefined`: never. */
  expiresInMs: number | undefined;
  /**
   * True once no message is wanted any more. Called when `signal` is aborted and at each change of the engine.
   */
  isOver(): boolean;
  /** Ends the wait at once. Absent for workers, whose common signal would get a listener for each of them. */
  signal?: AbortSignal;
}

/**
 * Waits for a message that may be handed over, and stores that it is. Resolves to `undefined` when no message is wanted
 * any more, or reading has ended.
 */
export async function takeDelivery(state: ConsumerState, options: TakeOptions): Promise<Held | undefined> {
  const { engine, clock } = state.options;
  while (!options.isOver() && engine.poller.running) {
    const { session } = engine;
    const held = session && (await takeNow(state, session, options.expiresInMs));
    if (held !== undefined) {
      if (!(await begin(state, held))) continue;
      if (!options.isOver()) return held;
      held.session.takeBack(held.delivery);
      break;
    }
    await storeUnsaved(state);
    const at = session?.backlog.nextChangeAt(clock.now());
    await engine.changed(at === undefined ? undefined : Math.max(1, at - clock.now()), options.signal);
  }
  await storeUnsaved(state);
  return undefined;
}

/** The next message that may be handed over at this moment, after those that were not acknowledged in time. */
async function takeNow(
  state: ConsumerState,
  session: Session,
  expiresInMs: number | undefined,
): Promise<Held | undefined> {
  const now = state.options.clock.now();
  await expire(state, session, now);
  const delivery = session.take(now, expiresInMs === undefined ? undefined : now + expiresInMs);
  return delivery && { session, delivery, attempt: delivery.attempt };
}

async function expire(state: ConsumerState, session: Session, now: number): Promise<void> {
  const { visibilityMs } = state.options;
  for (const delivery of session.backlog.expired(now)) {
    const held = { session, delivery, attempt: delivery.attempt };
    await giveBack(state, held, `it was not acknowledged within ${visibilityMs} ms`);
  }
}

/** Stores that a message is handed over. False when it is not: the lock is lost, or it was handed over too often. */
async function begin(state: ConsumerState, held: Held): Promise<boolean> {
  const { engine, maxAttempts, emit, workspace } = state.options;
  const { attempt, delivery } = held;
  if (attempt > maxAttempts) {
    await setAside(state, held, attempt - 1, "its handler was ended before it answered");
    return false;
  }
  // Not checked: a message is handed over also where the disk does not take it.
  await store(state);
  if (engine.session !== held.session) return false;
  const { id, senderId } = delivery.message;
  emit({ type: "inbox.delivered", workspaceId: workspace.id, id, senderId, attempt });
  return true;
}

async function storeUnsaved(state: ConsumerState): Promise<void> {
  if (state.unsaved.length > 0) await store(state);
}
