import { SpanKind } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";

/** A span, and the agent that has made it. */
export interface AgentSpan {
  readonly agent: string;
  readonly span: ReadableSpan;
}

/** The spans of one trace as lines of an indented tree, in the order of their starts. */
export function formatTrace(spans: readonly AgentSpan[]): string[] {
  const ids = new Set(spans.map(({ span }) => span.spanContext().spanId));
  const sorted = spans.toSorted((a, b) => toMs(a.span.startTime) - toMs(b.span.startTime));
  const isRoot = ({ span }: AgentSpan) => !ids.has(span.parentSpanContext?.spanId ?? "");
  const branch = (each: AgentSpan, indent: string): string[] => {
    const { spanId } = each.span.spanContext();
    const children = sorted.filter(({ span }) => span.parentSpanContext?.spanId === spanId);
    return [
      `${indent}${formatSpan(each)}`,
      ...formatFailures(each.span).map((line) => `${indent}    ${line}`),
      ...children.flatMap((child) => branch(child, `${indent}  `)),
    ];
  };
  return sorted.filter(isRoot).flatMap((root) => branch(root, ""));
}

function formatSpan({ agent, span }: AgentSpan): string {
  const { name, kind, attributes } = span;
  const isSent = kind === SpanKind.CLIENT;
  const what = isSent ? `${name} to ${attributes["gen_ai.agent.name"]}` : `works on ${name}`;
  const result = attributes["error.type"] ?? attributes["a2a_peers.outcome"] ?? attributes["a2a.task.state"];
  return `${agent}: ${what}, ${Math.round(toMs(span.duration))} ms, ${result}`;
}

/** The attempts that have failed: each is an event of the span. */
function formatFailures({ events }: ReadableSpan): string[] {
  return events
    .filter(({ name }) => name === "send.attempt_failed")
    .map(
      ({ attributes = {} }) =>
        `attempt ${attributes["a2a_peers.attempt"]} failed: ${attributes["error.type"]}`,
    );
}

const toMs = ([seconds, nanoseconds]: [number, number]): number => seconds * 1000 + nanoseconds / 1e6;
