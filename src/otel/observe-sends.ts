import type { ClientEvent, Observer } from "../events";
import { newId } from "../runtime/ids";
import { isRecord } from "../text/json";
import { context, type Span, SpanKind } from "./api";
import { recordCallFailure } from "./failure";
import * as names from "./names";
import type { ObservedParts } from "./observer";
import { defined, ignoreErrors, runInSpan } from "./run-in-span";
import { cutText, textOf } from "./text";
import { toTraceContext } from "./trace-context";

/** Spans of sends: one for each message, with its attempts as events. */
export function observeSends(parts: ObservedParts): Pick<Observer, "runSend" | "onEvent"> {
  const { tracer, instruments, recordContent } = parts;
  /** Spans of the sends that are under way, by the ids of their messages. */
  const spans = new Map<string, Span>();
  return {
    runSend(peerId, message, options, send) {
      // What is no options object, the client refuses.
      if (options !== undefined && (typeof options !== "object" || options === null)) return send(options);
      const { messageId = newId(), contextId, taskId, metadata } = options ?? {};
      return runInSpan({
        start() {
          const attributes = {
            ...parts.clientAttributes("SendMessage", peerId),
            ...defined({
              [names.PROTOCOL_VERSION]: "0.3",
              [names.MESSAGE_ID]: String(messageId),
              [names.CONVERSATION_ID]: contextId,
              [names.TASK_ID]: taskId,
              [names.IN_REPLY_TO]: textOrNone(metadata?.in_reply_to),
              [names.MESSAGE_TEXT]: recordContent ? cutText(textOf(message)) : undefined,
            }),
          };
          const parent = context.active();
          const span = tracer.startSpan("SendMessage", { kind: SpanKind.CLIENT, attributes }, parent);
          spans.set(messageId, span);
          return { span, parent };
        },
        work(span) {
          const place = span && ignoreErrors(() => toTraceContext(span));
          // A trace context that the caller gives is kept, and so is metadata that the client refuses.
          const carried = metadata === undefined || isRecord(metadata) ? { ...place, ...metadata } : metadata;
          const hasMetadata = metadata !== undefined || place !== undefined;
          return send({ ...options, messageId, ...(hasMetadata ? { metadata: carried } : {}) });
        },
        succeed: (span, outcome) => recordOutcome(span, outcome, recordContent, "completed"),
        fail: (span, error) => recordCallFailure(span, error, recordContent),
        end(elapsedMs, error) {
          spans.delete(messageId);
          instruments.clientCall(elapsedMs, parts.metricAttributes("SendMessage", error));
        },
      });
    },
    onEvent(event) {
      if (event.type === "send.attempt_failed")
        instruments.attempt({
          [names.METHOD]: "SendMessage",
          [names.ERROR_TYPE]: event.code,
          [names.DELIVERY]: event.delivery,
        });
      if (event.type === "send.settled" && event.ok) instruments.attempt({ [names.METHOD]: "SendMessage" });
      if (!isOfSend(event)) return;
      spans.get(event.messageId)?.addEvent(event.type, toAttributes(event, recordContent));
    },
  };
}

type EventOfSend = Extract<
  ClientEvent,
  { type: "send.attempt_started" | "send.attempt_failed" | "send.retry" | "send.waiting" }
>;

interface FactsOfEvent {
  attempt?: number;
  code?: string;
  delivery?: string;
  status?: number;
  delayMs?: number;
  waitedMs?: number;
  reason?: string;
}

const isOfSend = (event: { type: string }): event is EventOfSend =>
  event.type.startsWith("send.") && event.type !== "send.settled";

function toAttributes(event: EventOfSend, recordContent: boolean) {
  const { attempt, code, delivery, status, delayMs, waitedMs, reason }: FactsOfEvent = event;
  return defined({
    [names.ATTEMPT]: attempt,
    [names.ERROR_TYPE]: code,
    [names.DELIVERY]: delivery,
    [names.HTTP_STATUS]: status,
    [names.DELAY_MS]: delayMs ?? waitedMs,
    "a2a_peers.reason": recordContent && reason !== undefined ? cutText(reason) : undefined,
  });
}

/** States of tasks, by the kinds of outcomes that have one. */
const STATES: Readonly<Record<string, string>> = {
  "input-required": "input-required",
  "auth-required": "auth-required",
  working: "working",
};

interface FactsOfOutcome {
  kind?: string;
  taskId?: string;
  contextId?: string;
  attempts?: number;
  text?: string;
}

/** Adds what is known of an outcome of a peer. `replied` is the state of a task that has become a reply. */
export function recordOutcome(
  span: Span,
  outcome: unknown,
  recordContent: boolean,
  replied: string | undefined,
): void {
  if (!isRecord(outcome)) return;
  const { kind, taskId, contextId, attempts, text }: FactsOfOutcome = outcome;
  const state = kind === "reply" && taskId !== undefined ? replied : STATES[kind ?? ""];
  span.setAttributes(
    defined({
      [names.OUTCOME]: kind,
      [names.TASK_ID]: taskId,
      [names.TASK_STATE]: state === undefined ? undefined : names.taskState(state),
      [names.CONVERSATION_ID]: contextId,
      [names.ATTEMPTS]: attempts,
      [names.REPLY_TEXT]: recordContent && text !== undefined ? cutText(text) : undefined,
    }),
  );
}

const textOrNone = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
