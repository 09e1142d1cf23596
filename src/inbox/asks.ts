import type { InboundMessage } from "./row";

/** A question whose answer comes as a message of its own. */
export interface Ask {
  readonly peerId: string;
  readonly messageId: string;
  readonly contextId: string;
  resolve(answer: InboundMessage): void;
}

/** The questions of this process that wait for an answer. */
export interface Asks {
  add(ask: Ask): void;
  remove(ask: Ask): void;
  /** Gives a message to the question it answers. False for one that answers none. */
  offer(message: InboundMessage): boolean;
  readonly size: number;
}

/**
 * An answer names the message it answers; one of an agent that names none is known by its conversation, which the
 * question began. Only the peer that was asked can answer.
 */
export function createAsks(): Asks {
  const asks = new Set<Ask>();
  function find({ senderId, inReplyTo, contextId }: InboundMessage): Ask | undefined {
    const ofPeer = [...asks].filter(({ peerId }) => peerId === senderId);
    return inReplyTo === undefined
      ? ofPeer.find((ask) => ask.contextId === contextId)
      : ofPeer.find((ask) => ask.messageId === inReplyTo);
  }
  return {
    add: (ask) => void asks.add(ask),
    remove: (ask) => void asks.delete(ask),
    offer(message) {
      const ask = find(message);
      if (ask === undefined) return false;
      asks.delete(ask);
      ask.resolve(message);
      return true;
    },
    get size() {
      return asks.size;
    },
  };
}
