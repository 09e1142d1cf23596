import type { Delivery } from "../../errors";
import type { A2AEvent, Emit } from "../../events";
import { worseDelivery } from "../../transport/request/progress";

/** What the events of one send tell about its delivery. */
export interface ObservedDelivery {
  readonly emit: Emit<A2AEvent>;
  /** The delivery if the send ended now. */
  current(): Delivery;
}

/** Passes the events of one send on, and reads from them whether the peer may have the message. */
export function observeDelivery(emit: Emit<A2AEvent>): ObservedDelivery {
  let failed: Delivery = "not-sent";
  let isUnderWay = false;
  return {
    emit(event) {
      if (event.type === "send.attempt_started") isUnderWay = true;
      if (event.type === "send.attempt_failed") {
        isUnderWay = false;
        failed = worseDelivery(failed, event.delivery);
      }
      emit(event);
    },
    current: () => (isUnderWay ? worseDelivery(failed, "maybe") : failed),
  };
}
