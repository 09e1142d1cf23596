import { A2AError, type A2AErrorCode, invalidArgument, isA2AError } from "../errors";
import type { Workspace } from "../identity/workspaces";
import { newId } from "../runtime/ids";
import { utf8Length } from "../text/byte-length";
import { newProgress } from "../transport/request/progress";
import { checkPeerId } from "../validation/peer-id";
import { classify } from "./classify";
import type { MessagingContext } from "./context";
import type { Outcome, SendOutcome, SendReport } from "./outcome";
import { type OutgoingMessage, parseMessageParts, serializeMessage } from "./outgoing-message";
import { createSendEvents } from "./send-events";
import { checkSendOptions, type SendOptions } from "./send-options";

/** Errors after which the workspace is no longer used as the source for the peer. */
const NO_ROUTE_CODES: ReadonlySet<A2AErrorCode> = new Set([
  "access_denied",
  "peer_not_found",
  "wrong_tenant",
]);

/**
 * Sends one message to a peer through the platform and waits for its outcome. All attempts carry the same ids and
 * share one budget. In the background there is one attempt, and nothing keeps the process alive.
 */
export async function sendA2AMessage(
  context: MessagingContext,
  peerId: string,
  message: string | OutgoingMessage,
  givenOptions?: SendOptions,
  background = false,
): Promise<SendOutcome> {
  const id = checkPeerId(peerId, context.peers.suggestPeers);
  const parts = parseMessageParts(message);
  const options = checkSendOptions(givenOptions);
  const source = resolveSource(context, id, options);
  const { messageId = newId(), contextId, taskId, metadata, delivery = context.delivery } = options;
  const envelope = { sourceId: source.id, messageId, rpcId: newId(), contextId, taskId, metadata };
  const body = serializeMessage(parts, envelope);
  const subject = { peerId: id, messageId };
  checkSize(body, context.requestBytes, subject);

  const call = context.calls.begin(options.budgetMs ?? context.budgetMs, options.signal, background);
  const events = createSendEvents(context.emit, subject);
  const progress = newProgress();
  const report = (): SendReport => ({
    messageId,
    attempts: progress.attempts,
    elapsedMs: Math.round(call.elapsedMs()),
  });
  try {
    const outcome = await context.execute<Outcome>({
      method: "POST",
      path: `/workspaces/${id}/a2a`,
      body,
      workspace: source,
      pool: context.pool,
      call,
      limitMs: options.timeoutMs ?? context.sendMs,
      once: background,
      // What answers a message goes before what begins something new.
      priority: metadata?.in_reply_to === undefined ? "send" : "reply",
      task: { messageId, retryMaybeDelivered: delivery === "at-least-once" },
      peerId: id,
      progress,
      classify: (response) => classify(response, context.peers.label(id)),
      onAttemptStarted: events.attemptStarted,
      onWaiting: events.waiting,
      onAttemptFailed: events.attemptFailed,
      onRetry: events.retry,
    });
    const facts = report();
    events.settled(true, outcome.kind, facts);
    // Not a copy with more members, for which V8 makes new hidden classes each time.
    return Object.assign(outcome, facts);
  } catch (error) {
    if (isA2AError(error) && NO_ROUTE_CODES.has(error.code)) context.peers.deleteRoute(id, source);
    events.settled(false, isA2AError(error) ? error.code : "aborted", report());
    throw error;
  } finally {
    call.end();
  }
}

/**
 * The workspace to send from: the one the caller named, else the one that has listed the peer, else the default. Throws
 * `invalid_argument`, also for the peer itself.
 */
export function resolveSource(
  { workspaces, peers }: MessagingContext,
  peerId: string,
  options: SendOptions,
): Workspace {
  const source = workspaces.named(options.source) ?? peers.getRoute(peerId) ?? workspaces.default;
  if (peerId !== source.id || options.allowSelf === true) return source;
  throw invalidArgument(
    "A workspace does not send messages to itself: it would wait for its own answer. Choose another peer; code that means it can set `allowSelf`.",
  );
}

/** Refuses a body above the limit. The platform would cut it off and report malformed JSON. */
function checkSize(body: string, most: number, subject: { messageId: string; peerId: string }): void {
  // A UTF-16 unit takes at most three bytes, so most messages need no counting.
  if (body.length * 3 <= most) return;
  const bytes = utf8Length(body);
  if (bytes <= most) return;
  throw new A2AError({
    code: "too_large",
    message: `The message has ${bytes} bytes as JSON; the limit is ${most}. Nothing was sent. Send less text, or a reference to a file.`,
    ...subject,
  });
}
