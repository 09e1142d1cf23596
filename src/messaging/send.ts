import { A2AError, type A2AErrorCode, invalidArgument, isA2AError } from "../errors";
import type { Workspace } from "../identity/workspaces";
import { newId } from "../runtime/ids";
import { findNextTurn } from "../runtime/next-turn";
import { utf8Length } from "../text/byte-length";
import type { Call } from "../transport/call";
import { newProgress } from "../transport/request/progress";
import { checkPeerId } from "../validation/peer-id";
import { classify } from "./classify";
import type { MessagingContext } from "./context";
import { copyMessage } from "./copy-message";
import type { Outcome, SendOutcome } from "./outcome";
import {
  type MessagePart,
  type OutgoingMessage,
  parseMessageParts,
  serializeMessage,
} from "./outgoing-message";
import { createSendEvents, type SendEvents } from "./send-events";
import { checkSendOptions, type SendOptions } from "./send-options";
import { createTurns } from "./turns";

/** Errors after which the workspace is no longer used as the source for the peer. */
const NO_ROUTE_CODES: ReadonlySet<A2AErrorCode> = new Set([
  "access_denied",
  "peer_not_found",
  "wrong_tenant",
]);

/** Of all clients of the process, whose event loop they share. */
const TURNS = createTurns(findNextTurn);

/** A message whose arguments are checked, and the call that sends it. */
interface CheckedSend {
  readonly peerId: string;
  readonly parts: readonly MessagePart[];
  readonly options: SendOptions;
  readonly source: Workspace;
  readonly call: Call;
}

/**
 * Sends one message to a peer through the platform and waits for its outcome. All attempts carry the same ids and
 * share one budget. In the background there is one attempt, and nothing keeps the process alive.
 */
export function sendA2AMessage(
  context: MessagingContext,
  peerId: string,
  message: string | OutgoingMessage,
  givenOptions?: SendOptions,
  background = false,
): Promise<SendOutcome> {
  try {
    const id = checkPeerId(peerId, context.peers.suggestPeers);
    const parts = parseMessageParts(message);
    const options = checkSendOptions(givenOptions);
    const source = resolveSource(context, id, options);
    const call = context.calls.begin(options.budgetMs ?? context.budgetMs, options.signal, background);
    const send = { peerId: id, parts, options, source, call };
    const turn = TURNS.take(call);
    return turn === undefined ? sendNow(context, send) : sendInTurn(context, send, turn);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Sends in its turn what was given at the call, whatever its author changes meanwhile. */
async function sendInTurn(
  context: MessagingContext,
  send: CheckedSend,
  turn: Promise<void>,
): Promise<SendOutcome> {
  try {
    const asCalled = { ...send, ...copyMessage(send.parts, send.options) };
    await turn;
    return await sendNow(context, asCalled);
  } finally {
    send.call.end();
  }
}

async function sendNow(context: MessagingContext, send: CheckedSend): Promise<SendOutcome> {
  const { peerId, parts, options, source, call } = send;
  const { messageId = newId(), contextId, taskId, metadata, delivery = context.delivery } = options;
  const subject = { peerId, messageId };
  const progress = newProgress();
  const report = () => ({ attempts: progress.attempts, elapsedMs: Math.round(call.elapsedMs()) });
  let events: SendEvents | undefined;
  try {
    const envelope = { sourceId: source.id, messageId, rpcId: newId(), contextId, taskId, metadata };
    const body = serializeMessage(parts, envelope);
    checkSize(body, context.requestBytes, subject);
    events = createSendEvents(context.emit, subject);
    const outcome = await context.execute<Outcome>({
      method: "POST",
      path: `/workspaces/${peerId}/a2a`,
      body,
      workspace: source,
      pool: context.pool,
      call,
      limitMs: options.timeoutMs ?? context.sendMs,
      once: call.background,
      // What answers a message goes before what begins something new.
      priority: metadata?.in_reply_to === undefined ? "send" : "reply",
      task: { messageId, retryMaybeDelivered: delivery === "at-least-once" },
      peerId,
      progress,
      classify: (response) => classify(response, context.peers.label(peerId)),
      onAttemptStarted: events?.attemptStarted,
      onWaiting: events?.waiting,
      onAttemptFailed: events?.attemptFailed,
      onRetry: events?.retry,
    });
    const facts = report();
    events?.settled(true, outcome.kind, facts);
    // Not a copy with more members, for which V8 makes new hidden classes each time.
    return Object.assign(outcome, { messageId }, facts);
  } catch (error) {
    if (isA2AError(error) && NO_ROUTE_CODES.has(error.code)) context.peers.deleteRoute(peerId, source);
    events?.settled(false, isA2AError(error) ? error.code : "aborted", report());
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
