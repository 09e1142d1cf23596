import type { A2AError, Delivery } from "../../errors";
import type { SendOutcome } from "../outcome";

/** What became of the message to one of the peers of a `fanOut`. */
export type FanOutResult = {
  /** The peer, in lower case. */
  peerId: string;
  /** Id of the message to this peer. To repeat it, give it to `sendA2AMessage`. */
  messageId: string;
} & (
  | {
      /** The peer, or the platform for it, has answered. */
      state: "ok";
      /** The outcome of the send. */
      outcome: SendOutcome;
    }
  | {
      /** The send failed. */
      state: "failed";
      /** What `sendA2AMessage` would have thrown. */
      error: A2AError;
    }
  | {
      /** The send was under way when enough peers had replied. */
      state: "cancelled";
      /** `maybe`: the peer may have the message, and then works on it to the end. `not-sent`: it has not. */
      delivery: Delivery;
    }
  | {
      /** Enough peers had replied, or the time was over, before its turn came. Nothing was sent. */
      state: "not-started";
    }
);
