import type { Observer } from "../events";
import { isRecord } from "../text/json";
import { context, SpanKind } from "./api";
import { recordCallFailure } from "./failure";
import * as names from "./names";
import { recordOutcome } from "./observe-sends";
import type { ObservedParts } from "./observer";
import { defined, runInSpan } from "./run-in-span";

/** The methods of A2A behind methods of the client that make one request to a peer. */
const METHODS: Readonly<Record<string, string>> = { getTask: "GetTask", cancelTask: "CancelTask" };

/** Methods of the client that are several requests, or one to the platform on behalf of a peer. */
const GROUPS: Readonly<Record<string, SpanKind>> = {
  fanOut: SpanKind.INTERNAL,
  waitForTask: SpanKind.INTERNAL,
  delegate: SpanKind.CLIENT,
  waitForDelegation: SpanKind.INTERNAL,
};

/** Spans of the other calls about messages and tasks; calls to the platform about anything else have none. */
export function observeCalls(parts: ObservedParts): Pick<Observer, "runCall"> {
  const { tracer, instruments, recordContent } = parts;
  return {
    runCall(operation, args, call) {
      const method = METHODS[operation];
      // A task that is canceled is a reply, and so is one that ended before it could be.
      const replied = operation === "cancelTask" ? undefined : "completed";
      const kind = method === undefined ? GROUPS[operation] : SpanKind.CLIENT;
      if (kind === undefined) return call();
      return runInSpan({
        start() {
          const parent = context.active();
          const attributes = {
            ...attributesOf(parts, operation, args),
            ...(method && { [names.METHOD]: method }),
          };
          return { parent, span: tracer.startSpan(method ?? operation, { kind, attributes }, parent) };
        },
        work: call,
        succeed(span, value) {
          if (isRecord(value) && operation === "delegate")
            span.setAttributes(defined({ [names.DELEGATION_ID]: String(value.delegationId) }));
          else if (operation !== "fanOut") recordOutcome(span, value, recordContent, replied);
        },
        fail: (span, error) => recordCallFailure(span, error, recordContent),
        end(elapsedMs, error) {
          if (method !== undefined) instruments.clientCall(elapsedMs, parts.metricAttributes(method, error));
        },
      });
    },
  };
}

function attributesOf(
  { clientAttributes }: ObservedParts,
  operation: string,
  [first, second]: readonly unknown[],
) {
  if (operation === "fanOut") return {};
  if (operation === "waitForDelegation") return { [names.DELEGATION_ID]: String(first) };
  const peer = clientAttributes(undefined, String(first));
  return operation === "delegate" ? peer : { ...peer, [names.TASK_ID]: String(second) };
}
