import type { Observer } from "../events";
import { sendA2AMessage } from "./send";

/** The send of a client with `telemetry`: the observer adds the trace context to the metadata of the message. */
export const observeSend =
  (observer: Observer): typeof sendA2AMessage =>
  (context, peerId, message, options, background) =>
    observer.runSend(peerId, message, options, (observed) =>
      sendA2AMessage(context, peerId, message, observed, background),
    );
