import type { ObservedMessage, Observer } from "../events";
import { type Attributes, type Context, context, type Link, ROOT_CONTEXT, SpanKind, trace } from "./api";
import { metricErrorType, recordFailure } from "./failure";
import * as names from "./names";
import type { ObservedParts } from "./observer";
import { defined, runInSpan } from "./run-in-span";
import { cutText } from "./text";
import { withRemoteSpan } from "./trace-context";

/** Spans of the work on received messages, below the spans in which they were sent. */
export function observeMessages(parts: ObservedParts): Pick<Observer, "runMessage"> {
  const { tracer, instruments, recordContent } = parts;
  return {
    runMessage(received, work) {
      return runInSpan({
        start() {
          const { parent, links } = placeOf(received);
          const attributes = attributesOf(received, recordContent);
          const options = { kind: SpanKind.SERVER, attributes, links };
          return { parent, span: tracer.startSpan("SendMessage", options, parent) };
        },
        work: () => work(),
        succeed(span, result) {
          const state = received.stateOf?.(result);
          if (state !== undefined) span.setAttribute(names.TASK_STATE, names.taskState(state));
        },
        fail: (span, error) => recordFailure(span, error, recordContent),
        end(elapsedMs, error) {
          instruments.serverCall(elapsedMs, {
            [names.METHOD]: "SendMessage",
            ...(error === undefined ? {} : { [names.ERROR_TYPE]: metricErrorType(error) }),
          });
        },
      });
    },
  };
}

/**
 * Below the sender's span where the message carries it. A span that is active in this process, such as that of the
 * request that has brought the message, is linked then. An inbox reads in whatever context it was started, which has
 * nothing to do with its messages.
 */
function placeOf({ message, isPushed }: ObservedMessage): { parent: Context; links: Link[] } {
  const local = isPushed ? context.active() : ROOT_CONTEXT;
  const parent = withRemoteSpan(local, message.trace);
  const active = trace.getSpanContext(local);
  if (parent === undefined) return { parent: local, links: [] };
  return { parent, links: active === undefined ? [] : [{ context: active }] };
}

function attributesOf({ workspaceId, message }: ObservedMessage, recordContent: boolean): Attributes {
  const { from, text, attempt, messageId, contextId, taskId, delegationId, inReplyTo } = message;
  return defined({
    [names.METHOD]: "SendMessage",
    [names.AGENT_ID]: workspaceId,
    [names.SENDER_ID]: from.kind === "peer" ? from.id : undefined,
    [names.MESSAGE_ID]: messageId,
    [names.CONVERSATION_ID]: contextId,
    [names.TASK_ID]: taskId,
    [names.DELEGATION_ID]: delegationId,
    [names.IN_REPLY_TO]: inReplyTo,
    [names.ATTEMPT]: attempt,
    [names.MESSAGE_TEXT]: recordContent ? cutText(text) : undefined,
  });
}
