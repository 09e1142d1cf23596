import type { Telemetry } from "../events";
import { type Meter, metrics, type Tracer, trace } from "./api";
import { observeCalls } from "./observe-calls";
import { observeMessages } from "./observe-messages";
import { observeSends } from "./observe-sends";
import { createObservedParts } from "./observer";
import { checkOptions, type OpenTelemetryOptions } from "./options";

/** Name of the instrumentation, as spans and metrics state it. */
const SCOPE = "a2a-peers";

/**
 * Creates the `telemetry` of clients: spans and metrics through the API of OpenTelemetry, and the trace context in the
 * metadata of messages, both ways. Throws `configuration` for wrong options.
 *
 * @example
 * const client = createA2AClient({ telemetry: openTelemetry() });
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  checkOptions(options);
  const { tracerProvider = trace, meterProvider = metrics, recordContent = false } = options;
  return {
    observe(client) {
      const tracer = tracerProvider.getTracer(SCOPE) as Tracer;
      const meter = meterProvider.getMeter(SCOPE) as Meter;
      const parts = createObservedParts(client, tracer, meter, recordContent);
      return {
        ...observeSends(parts),
        ...observeCalls(parts),
        ...observeMessages(parts),
        watchInbox: parts.instruments.watchInbox,
      };
    },
  };
}
