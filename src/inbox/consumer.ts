import type { A2AClient } from "../client/client";
import type { OutgoingMessage } from "../messaging/outgoing-message";
import { errorMessage } from "../text/format";
import type { Delivery } from "./backlog";
import type { DeadLetters } from "./dead-letters";
import { type DeliveryMessage, toDeliveryMessage } from "./delivery-message";
import type { Engine } from "./engine";
import type { StoredAnswer } from "./ledger";
import type { InboxHandler, InboxMessage } from "./message";
import { redeliveryDelayMs } from "./pace";
import type { ResolvedInboxOptions } from "./resolve-options";
import type { Session } from "./session";

/** Hands messages over, and ends them. */
export interface Consumer {
  /**
   * The next message, to be acknowledged within `visibilityMs`; `null` when `signal` or `stopped` is aborted, or reading
   * has ended.
   */
  next(signal: AbortSignal, stopped: AbortSignal): Promise<InboxMessage | null>;
  /** Takes the next message and lets the handler work on it. False when `signal` is aborted or reading has ended. */
  handleNext(handler: InboxHandler, signal: AbortSignal): Promise<boolean>;
  /** The oldest messages that wait. `ack()` ends one without handing it over. */
  peek(limit: number): readonly InboxMessage[];
}

export interface ConsumerOptions extends ResolvedInboxOptions {
  client: A2AClient;
  engine: Engine;
  deadLetters: DeadLetters;
  clock: { now(): number };
  random(): number;
}

/** A delivery, and the session it belongs to: once that one is given up, nothing may be stored about it. */
interface Held {
  readonly delivery: Delivery;
  readonly session: Session;
  readonly attempt: number;
}

export function createConsumer(options: ConsumerOptions): Consumer {
  const { client, engine, deadLetters, workspace, emit, clock, random, visibilityMs, maxAttempts } = options;
  const workspaceId = workspace.id;
  /** Messages of `run` that are done, which the next write stores. */
  const unsaved: string[] = [];

  /**
   * Waits for a message that may be handed over, and stores that it is. `isOver` is asked again when `signal` is aborted
   * and at each change of the engine: a listener for each worker on the signal of all would be too many.
   */
  async function take(
    expiresIn: number | undefined,
    isOver: () => boolean,
    signal?: AbortSignal,
  ): Promise<Held | undefined> {
    while (!isOver() && engine.poller.running) {
      const now = clock.now();
      const { session } = engine;
      if (session !== undefined) await expire(session, now);
      const delivery = session?.take(now, expiresIn === undefined ? undefined : now + expiresIn);
      if (session !== undefined && delivery !== undefined) {
        const held = { session, delivery, attempt: delivery.attempt };
        if (!(await begin(held))) continue;
        if (!isOver()) return held;
        session.takeBack(delivery);
        break;
      }
      if (unsaved.length > 0) await store();
      const at = session?.backlog.nextChangeAt(clock.now());
      await engine.changed(at === undefined ? undefined : Math.max(1, at - clock.now()), signal);
    }
    if (unsaved.length > 0) await store();
    return undefined;
  }

  /** Stores that a message is handed over. False when it is not: the lock is lost, or it was handed over too often. */
  async function begin(held: Held): Promise<boolean> {
    const { message } = held.delivery;
    const { attempt } = held;
    if (attempt > maxAttempts) {
      await setAside(held, attempt - 1, "its handler was ended before it answered");
      return false;
    }
    // A disk that does not take it holds up no message.
    await store();
    if (engine.session !== held.session) return false;
    emit({ type: "inbox.delivered", workspaceId, id: message.id, senderId: message.senderId, attempt });
    return true;
  }

  async function expire(session: Session, now: number): Promise<void> {
    for (const delivery of session.backlog.expired(now)) {
      const held = { session, delivery, attempt: delivery.attempt };
      await giveBack(held, `it was not acknowledged within ${visibilityMs} ms`);
    }
  }

  const isCurrent = ({ session, delivery, attempt }: Held): boolean =>
    engine.session === session && delivery.state === "in-flight" && delivery.attempt === attempt;

  async function acknowledge(held: Held): Promise<void> {
    if (isCurrent(held)) await end(held.session, held.delivery);
  }

  async function end(session: Session, delivery: Delivery): Promise<void> {
    complete(session, delivery);
    await store();
  }

  function complete(session: Session, delivery: Delivery): void {
    session.complete(delivery);
    unsaved.push(delivery.message.id);
    engine.notify();
  }

  /** What the disk does not take waits in memory and is reported; without the lock there is nothing to store. */
  async function store(): Promise<void> {
    const acknowledged = unsaved.splice(0);
    await engine.save().catch(() => {});
    for (const id of acknowledged) emit({ type: "inbox.acknowledged", workspaceId, id });
  }

  async function giveBack(held: Held, reason: string): Promise<void> {
    if (!isCurrent(held)) return;
    if (held.attempt >= maxAttempts) await setAside(held, held.attempt, reason);
    else release(held, reason);
    engine.notify();
    await store();
  }

  function release({ session, delivery, attempt }: Held, reason: string): void {
    const delayMs = Math.round(redeliveryDelayMs(attempt, random));
    session.backlog.release(delivery, clock.now() + delayMs);
    emit({ type: "inbox.retry", workspaceId, id: delivery.message.id, attempt, delayMs, reason });
  }

  /** A message that cannot be set aside, as on a full disk, is not lost: it comes again. */
  async function setAside(held: Held, attempts: number, reason: string): Promise<void> {
    const { session, delivery } = held;
    try {
      await deadLetters.add(delivery.message, attempts, reason);
    } catch (error) {
      engine.failures.storeFailed(error);
      if (isCurrent(held)) release(held, reason);
      return;
    }
    if (!isCurrent(held)) return;
    session.complete(delivery);
    emit({ type: "inbox.dead_letter", workspaceId, id: delivery.message.id, attempts, reason });
    engine.notify();
    await store();
  }

  const toMessage = (held: Held): DeliveryMessage =>
    toDeliveryMessage(client, workspaceId, held.delivery.message, held.attempt, {
      ack: () => acknowledge(held),
      nack: (reason) => giveBack(held, reason === undefined ? "it was given back" : errorMessage(reason)),
    });

  /** The answer an earlier attempt has made, else the handler's: stored before it is sent, so that it is made once. */
  async function answerFor(held: Held, message: InboxMessage, handler: InboxHandler, signal: AbortSignal) {
    const made = held.session.answerTo(message.id);
    if (made !== undefined) return made;
    const answer = await handler(message, { signal });
    if (answer === undefined || answer === null) return undefined;
    if (isCurrent(held)) {
      held.session.rememberAnswer(message.id, answer as StoredAnswer);
      await store();
    }
    return answer;
  }

  async function handle(held: Held, handler: InboxHandler, signal: AbortSignal): Promise<void> {
    const { message, sendAnswer } = toMessage(held);
    try {
      const answer = await answerFor(held, message, handler, signal);
      // Whoever has the inbox now answers it: two answers would have two contents.
      if (answer !== undefined && isCurrent(held)) {
        await sendAnswer(answer as string | OutgoingMessage, { signal });
      }
      // Stored with the next message that is handed over, or before the next one is waited for.
      if (isCurrent(held)) complete(held.session, held.delivery);
    } catch (error) {
      // An orderly stop is no failure of the message: its next attempt is this one again.
      if (signal.aborted && isCurrent(held)) held.session.takeBack(held.delivery);
      else await giveBack(held, errorMessage(error));
    }
  }

  return {
    async next(signal, stopped) {
      const held = await take(visibilityMs, () => signal.aborted || stopped.aborted, signal);
      return held === undefined ? null : toMessage(held).message;
    },
    async handleNext(handler, signal) {
      const held = await take(undefined, () => signal.aborted);
      if (held === undefined) return false;
      await handle(held, handler, signal);
      return true;
    },
    peek(limit) {
      const { session } = engine;
      if (session === undefined) return [];
      return session.backlog.peek(limit).map((delivery) => {
        const ack = async () => {
          if (engine.session === session && delivery.state === "waiting") await end(session, delivery);
        };
        const actions = { ack, nack: async () => {} };
        return toDeliveryMessage(client, workspaceId, delivery.message, delivery.attempt, actions).message;
      });
    },
  };
}
