/**
 * Spans and metrics through the API of OpenTelemetry.
 *
 * @module a2a-peers/otel
 */

// Adding a line here is an API decision: what is exported has to be kept.
export type { Telemetry } from "../events";
export { openTelemetry } from "./open-telemetry";
export type { MeterSource, OpenTelemetryOptions, TracerSource } from "./options";
