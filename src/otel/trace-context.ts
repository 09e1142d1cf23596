import type { TraceContext } from "../events";
import { type Context, createTraceState, isSpanContextValid, type Span, trace } from "./api";

/** The place of a span as W3C Trace Context writes it; `undefined` where no SDK makes spans. */
export function toTraceContext(span: Span): TraceContext | undefined {
  const spanContext = span.spanContext();
  if (!isSpanContextValid(spanContext)) return undefined;
  const { traceId, spanId, traceFlags, traceState } = spanContext;
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
  const tracestate = traceState?.serialize();
  return { traceparent, ...(tracestate ? { tracestate } : {}) };
}

/** `parent` with the span that the sender of a message was in; `undefined` where the message names none. */
export function withRemoteSpan(parent: Context, given: TraceContext | undefined): Context | undefined {
  if (given === undefined) return undefined;
  const [, traceId = "", spanId = "", flags = "0"] = given.traceparent.split("-");
  const spanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(given.tracestate === undefined ? {} : { traceState: createTraceState(given.tracestate) }),
  };
  return isSpanContextValid(spanContext) ? trace.setSpanContext(parent, spanContext) : undefined;
}
