import type { Delivery } from "./backlog";
import type { ConsumerOptions, ConsumerState } from "./consumer-state";
import { toDeliveryMessage } from "./delivery-message";
import { end } from "./end-delivery";
import { handleDelivery, toHeldMessage } from "./handle-delivery";
import type { InboxHandler, InboxMessage } from "./message";
import type { Session } from "./session";
import { takeDelivery } from "./take-delivery";

/** Hands messages over, and ends them. */
export interface Consumer {
  /**
   * The next message, to be acknowledged within `visibilityMs`; `null` when `signal` or `stopped` is aborted, or reading
   * has ended.
   */
  next(signal: AbortSignal, stopped: AbortSignal): Promise<InboxMessage | null>;
  /** Takes the next message and lets the handler work on it. False when `isOver` is true or reading has ended. */
  handleNext(handler: InboxHandler, signal: AbortSignal, isOver: () => boolean): Promise<boolean>;
  /** The oldest messages that wait. `ack()` ends one without handing it over. */
  peek(limit: number): readonly InboxMessage[];
  /** Messages that are handed over and not acknowledged, oldest first. */
  held(): readonly InboxMessage[];
}

export function createConsumer(options: ConsumerOptions): Consumer {
  const state: ConsumerState = { options, unsaved: [] };
  const { engine, visibilityMs } = options;
  return {
    async next(signal, stopped) {
      const isOver = () => signal.aborted || stopped.aborted;
      const held = await takeDelivery(state, { expiresInMs: visibilityMs, isOver, signal });
      return held === undefined ? null : toHeldMessage(state, held).message;
    },
    async handleNext(handler, signal, isOver) {
      const held = await takeDelivery(state, { expiresInMs: undefined, isOver });
      if (held === undefined) return false;
      await handleDelivery(state, held, handler, signal);
      return true;
    },
    peek(limit) {
      const { session } = engine;
      if (session === undefined) return [];
      return session.backlog.peek(limit).map((delivery) => toWaitingMessage(state, session, delivery));
    },
    held() {
      const { session } = engine;
      if (session === undefined) return [];
      return session.backlog
        .held()
        .map((delivery) => toHeldMessage(state, { session, delivery, attempt: delivery.attempt }).message);
    },
  };
}

/** A message that is not handed over: `ack` ends it while it waits, `nack` has nothing to give back. */
function toWaitingMessage(state: ConsumerState, session: Session, delivery: Delivery): InboxMessage {
  const { client, engine, workspace } = state.options;
  const ack = async () => {
    if (engine.session === session && delivery.state === "waiting") await end(state, session, delivery);
  };
  const actions = { ack, nack: async () => {} };
  return toDeliveryMessage(client, workspace.id, delivery.message, delivery.attempt, actions).message;
}
