import type { ObservedClient } from "../events";
import type { Attributes, Meter, Tracer } from "./api";
import { callErrorType } from "./failure";
import { createInstruments, type Instruments } from "./instruments";
import * as names from "./names";
import { defined } from "./run-in-span";

/** What the spans and metrics of one client are made with. */
export interface ObservedParts {
  readonly tracer: Tracer;
  readonly instruments: Instruments;
  readonly recordContent: boolean;
  /** Of the span of a request to a peer. */
  clientAttributes(method: string | undefined, peerId: string): Attributes;
  /** Of the metrics of a request: few values, so no ids. */
  metricAttributes(method: string, error: unknown): Attributes;
}

export function createObservedParts(
  { platformUrl, peerName }: ObservedClient,
  tracer: Tracer,
  meter: Meter,
  recordContent: boolean,
): ObservedParts {
  const { hostname, port, protocol } = new URL(platformUrl);
  const server = {
    [names.SERVER_ADDRESS]: hostname,
    [names.SERVER_PORT]: Number(port) || (protocol === "https:" ? 443 : 80),
  };
  return {
    tracer,
    instruments: createInstruments(meter),
    recordContent,
    clientAttributes: (method, peerId) => ({
      ...server,
      ...defined({
        [names.METHOD]: method,
        [names.AGENT_ID]: String(peerId),
        [names.AGENT_NAME]: peerName(peerId),
      }),
    }),
    metricAttributes: (method, error) => ({
      ...server,
      [names.METHOD]: method,
      ...(error === undefined ? {} : { [names.ERROR_TYPE]: callErrorType(error) }),
    }),
  };
}
