import type { A2AClient } from "../client/client";
import { invalidArgument } from "../errors";
import type { SendOutcome } from "../messaging/outcome";
import type { OutgoingMessage } from "../messaging/outgoing-message";
import type { Clock } from "../runtime/clock";
import { newId } from "../runtime/ids";
import { formatDuration } from "../text/format";
import { checkMilliseconds } from "../validation/options";
import { parsePeerId } from "../validation/peer-id";
import type { Ask, Asks } from "./asks";
import type { AskOptions } from "./options";
import type { InboundMessage } from "./row";

export interface AskContext {
  client: A2AClient;
  workspaceId: string;
  asks: Asks;
  clock: Clock;
  /** Begins to read, and reads at once. */
  wake(): void;
}

const ANSWER_WITHIN_MS = 600_000;

type Queued = Extract<SendOutcome, { kind: "queued" }>;

/**
 * Sends a message and waits for its answer, also where the peer fetches its messages and answers with one of its own.
 * Such an answer is given to the caller and to no handler. When the time is over: the `queued` outcome, whose text
 * says what to do; an answer that comes later is an ordinary message.
 */
export async function ask(
  context: AskContext,
  peerId: string,
  message: string | OutgoingMessage,
  { answerWithinMs = ANSWER_WITHIN_MS, ...options }: AskOptions = {},
): Promise<SendOutcome> {
  const { client, workspaceId, asks, clock } = context;
  checkMilliseconds(answerWithinMs, "answerWithinMs", invalidArgument);
  const id = parsePeerId(peerId);
  // The client refuses it, with the peers that may be meant.
  if (id === null) return client.sendA2AMessage(peerId, message, options);
  const startedAt = clock.now();
  const messageId = options.messageId ?? newId();
  const contextId = options.contextId ?? newId();
  let resolve: (answer: InboundMessage) => void = () => {};
  const answered = new Promise<InboundMessage>((done) => {
    resolve = done;
  });
  const question: Ask = {
    peerId: id,
    messageId,
    contextId,
    resolve: (answer) => resolve(answer),
  };
  // Before it is sent: the answer may be here before the platform's word that the question is stored.
  asks.add(question);
  try {
    const sent = { ...options, source: workspaceId, messageId, contextId };
    const outcome = await client.sendA2AMessage(id, message, sent);
    if (outcome.kind !== "queued" || outcome.deliveryMode !== "poll") return outcome;
    context.wake();
    const leftMs = Math.max(0, answerWithinMs - (clock.now() - startedAt));
    const answer = await within(answered, leftMs, options.signal, clock);
    return answer === undefined
      ? late(outcome, answerWithinMs)
      : toOutcome(answer, outcome, clock.now() - startedAt);
  } finally {
    asks.remove(question);
  }
}

/** `undefined` when the time is over first. Rejects with the signal's reason. */
function within<T>(
  promise: Promise<T>,
  ms: number,
  signal: AbortSignal | undefined,
  clock: Clock,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      stopTimer();
      signal?.removeEventListener("abort", abort);
      settle();
    };
    const abort = () => end(() => reject(signal?.reason));
    const stopTimer = clock.setTimer(() => end(() => resolve(undefined)), ms);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    promise.then((value) => end(() => resolve(value)));
  });
}

function toOutcome(answer: InboundMessage, { messageId, attempts }: Queued, elapsedMs: number): SendOutcome {
  const { text, files, data, taskId, contextId, raw } = answer;
  return {
    kind: "reply",
    text,
    files,
    data,
    ...(taskId === undefined ? {} : { taskId }),
    ...(contextId === undefined ? {} : { contextId }),
    raw,
    messageId,
    attempts,
    elapsedMs: Math.round(elapsedMs),
  };
}

function late(outcome: Queued, answerWithinMs: number): SendOutcome {
  const waited = `No answer came within ${formatDuration(answerWithinMs)}.`;
  return {
    ...outcome,
    text: `${waited} The peer fetches its messages and may still answer: then the answer comes to the inbox of this workspace as a message of its own. Do not send the message again.`,
  };
}
