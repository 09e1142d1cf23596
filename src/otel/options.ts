import { configurationError } from "../errors";
import { quote } from "../text/format";
import { checkOptionNames, type OptionNames } from "../validation/option-names";

/** What makes tracers: a `TracerProvider` of OpenTelemetry. */
export interface TracerSource {
  /** The tracer of a library. */
  getTracer(name: string): object;
}

/** What makes meters: a `MeterProvider` of OpenTelemetry. */
export interface MeterSource {
  /** The meter of a library. */
  getMeter(name: string): object;
}

/** Options of {@link openTelemetry}. */
export interface OpenTelemetryOptions {
  /** Makes the spans. @default the provider that the SDK has registered */
  tracerProvider?: TracerSource | undefined;
  /** Makes the metrics. @default the provider that the SDK has registered when the client is created */
  meterProvider?: MeterSource | undefined;
  /**
   * Records the text of messages, of their answers and of errors, at most 4096 characters each. Without it no span
   * holds what agents say to each other. @default false
   */
  recordContent?: boolean | undefined;
}

const NAMES: OptionNames<OpenTelemetryOptions> = {
  tracerProvider: true,
  meterProvider: true,
  recordContent: true,
};

/** Throws `configuration`, naming the option. */
export function checkOptions(options: OpenTelemetryOptions): void {
  if (typeof options !== "object" || options === null) throw expected("the options", "an object", options);
  checkOptionNames(options, NAMES, configurationError);
  const { tracerProvider, meterProvider, recordContent } = options;
  if (tracerProvider !== undefined && typeof tracerProvider?.getTracer !== "function")
    throw expected("`tracerProvider`", "a TracerProvider of OpenTelemetry", tracerProvider);
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== "function")
    throw expected("`meterProvider`", "a MeterProvider of OpenTelemetry", meterProvider);
  if (recordContent !== undefined && typeof recordContent !== "boolean")
    throw expected("`recordContent`", "true or false", recordContent);
}

const expected = (name: string, what: string, value: unknown) =>
  configurationError(`Expected ${name} to be ${what}, got ${quote(value)}.`);
