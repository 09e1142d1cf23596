import { A2AError, type A2AErrorCode, invalidArgument, isA2AError } from "../errors";
import type { A2AEvent, Emit } from "../events";
import type { Workspace, Workspaces } from "../identity/workspaces";
import { newId } from "../runtime/ids";
import { quote } from "../text/format";
import { isRecord } from "../text/json";
import type { Calls } from "../transport/call";
import type { Pool } from "../transport/http/pool";
import { type Execute, newProgress } from "../transport/request/execute";
import {
  type CallOptions,
  checkCallOptions,
  type DeliveryMode,
  parseDeliveryMode,
  parseMilliseconds,
} from "../validation/options";
import { requirePeerId } from "../validation/peer-id";
import { classify } from "./classify";
import type { Outcome, SendOutcome } from "./outcome";
import { type OutgoingMessage, parseMessageParts, serializeMessage } from "./outgoing-message";

export interface SendOptions extends CallOptions {
  /** The whole send in milliseconds: every attempt, delay and byte of the answer. @default `retry.budgetMs` */
  budgetMs?: number | undefined;
  /** What is repeated without being asked. @default `delivery` of the client */
  delivery?: DeliveryMode | undefined;
  /**
   * Identity of the message, 1 to 200 visible characters. Give the one of an earlier error to repeat that message
   * rather than to send another. @default a random UUID
   */
  messageId?: string | undefined;
  /** Conversation the message belongs to, as an earlier outcome named it. */
  contextId?: string | undefined;
  /** Task the message answers, as an earlier outcome named it. */
  taskId?: string | undefined;
  /** Data beside the message, for tracing and the like; travels to the agent. */
  metadata?: Record<string, unknown> | undefined;
  /** Allows a message to the own workspace, which otherwise would wait for itself. @default false */
  allowSelf?: boolean | undefined;
}

/** A 403 or 404 of the platform: the workspace does not lead to the peer, or not any more. */
const NO_ROUTE_CODES: ReadonlySet<A2AErrorCode> = new Set(["access_denied", "peer_not_found", "wrong_tenant"]);

/** What a send needs of the client. */
export interface MessagingContext {
  delivery: DeliveryMode;
  budgetMs: number;
  sendMs: number;
  requestBytes: number;
  workspaces: Workspaces;
  calls: Calls;
  exchange: Execute;
  pool: Pool;
  emit: Emit<A2AEvent>;
  peers: {
    label(peerId: string): string;
    routeTo(peerId: string): Workspace | undefined;
    dropRoute(peerId: string, workspace: Workspace): void;
  };
}

/**
 * Sends one message to a peer over the platform and waits for what becomes of it. One identity over all attempts,
 * one budget over all time; see the README for every outcome and error.
 */
export async function sendA2AMessage(
  context: MessagingContext,
  peerId: string,
  message: string | OutgoingMessage,
  givenOptions?: SendOptions,
  background = false,
): Promise<SendOutcome> {
  const id = requirePeerId(peerId);
  const parts = parseMessageParts(message);
  const options = checkSendOptions(givenOptions);
  const { workspaces, peers, emit } = context;
  const source = workspaces.named(options.source) ?? peers.routeTo(id) ?? workspaces.default;
  if (id === source.id && options.allowSelf !== true) {
    throw invalidArgument(
      "A workspace does not send messages to itself: it would wait for its own answer. Choose another peer; code that means it can set `allowSelf`.",
    );
  }
  const messageId = options.messageId ?? newId();
  const { contextId, taskId, metadata } = options;
  const envelope = { sourceId: source.id, messageId, rpcId: newId(), contextId, taskId, metadata };
  const body = serializeMessage(parts, envelope);
  checkSize(body, context.requestBytes, { messageId, peerId: id });

  const mode = options.delivery ?? context.delivery;
  const call = context.calls.begin(options.budgetMs ?? context.budgetMs, options.signal, background);
  const subject = { peerId: id, messageId };
  const progress = newProgress();
  const report = () => ({ attempts: progress.attempts, elapsedMs: Math.round(call.elapsedMs()) });
  const settled = (ok: boolean, outcome: string) =>
    emit({ type: "send.settled", ...subject, ok, outcome, ...report() });
  try {
    const value = await context.exchange<Outcome>({
      method: "POST",
      path: `/workspaces/${id}/a2a`,
      body,
      workspace: source,
      pool: context.pool,
      call,
      limitMs: options.timeoutMs ?? context.sendMs,
      once: background,
      task: { messageId, repeatMaybe: mode === "at-least-once" },
      peerId: id,
      progress,
      classify: (answer) => classify(answer, peers.label(id)),
      onAttemptFailed: ({ status, elapsedMs, ...attempt }) =>
        emit({
          type: "send.attempt_failed",
          ...subject,
          ...attempt,
          ...(status === undefined ? {} : { status }),
          elapsedMs: Math.round(elapsedMs),
        }),
      onRetry: (attempt, delayMs) =>
        emit({ type: "send.retry", ...subject, attempt, delayMs: Math.round(delayMs) }),
    });
    settled(true, value.kind);
    return { ...value, messageId, ...report() };
  } catch (error) {
    if (isA2AError(error)) {
      if (NO_ROUTE_CODES.has(error.code)) peers.dropRoute(id, source);
      settled(false, error.code);
    } else {
      settled(false, "aborted");
    }
    throw error;
  } finally {
    call.end();
  }
}

function checkSendOptions(given: SendOptions | undefined): SendOptions {
  const options: SendOptions = checkCallOptions(given);
  if (options.budgetMs !== undefined) parseMilliseconds(options.budgetMs, "budgetMs", invalidArgument);
  if (options.delivery !== undefined) parseDeliveryMode(options.delivery, invalidArgument);
  checkMessageId(options.messageId);
  checkForeignId(options.contextId, "contextId");
  checkForeignId(options.taskId, "taskId");
  if (options.metadata !== undefined && !isRecord(options.metadata)) {
    throw invalidArgument(`Expected \`metadata\` to be an object, got ${quote(options.metadata)}.`);
  }
  return options;
}

const VISIBLE_ASCII = /^[\x21-\x7e]{1,200}$/;

function checkMessageId(value: unknown): void {
  if (value === undefined || (typeof value === "string" && VISIBLE_ASCII.test(value))) return;
  throw invalidArgument(
    `Expected \`messageId\` to be 1 to 200 visible ASCII characters, got ${quote(value)}.`,
  );
}

/** An id that a peer made: any text, within reason. */
function checkForeignId(value: unknown, name: string): void {
  if (value === undefined) return;
  if (typeof value === "string" && value.trim() !== "" && value.length <= 1024) return;
  throw invalidArgument(`Expected \`${name}\` to be 1 to 1024 characters of text, got ${quote(value)}.`);
}

/** The platform cuts larger bodies and then finds no JSON in them; the true reason is known here. */
function checkSize(body: string, most: number, subject: { messageId: string; peerId: string }): void {
  // A UTF-16 unit takes at most three bytes, so most messages need no counting.
  if (body.length * 3 <= most) return;
  const bytes = new TextEncoder().encode(body).byteLength;
  if (bytes <= most) return;
  throw new A2AError({
    code: "too_large",
    message: `The message has ${bytes} bytes as JSON; the limit is ${most}. Nothing was sent. Send less text, or a reference to a file.`,
    ...subject,
  });
}
