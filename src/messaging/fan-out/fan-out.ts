import { isA2AError } from "../../errors";
import type { Clock } from "../../runtime/clock";
import { newId } from "../../runtime/ids";
import { abortReason, onAbort } from "../../runtime/signals";
import type { MessagingContext } from "../context";
import { copyMessage } from "../copy-message";
import { type OutgoingMessage, parseMessageParts } from "../outgoing-message";
import { resolveSource, type sendA2AMessage } from "../send";
import type { SendOptions } from "../send-options";
import { observeDelivery } from "./observe-delivery";
import { checkFanOutOptions, checkPeerIds, type FanOutOptions } from "./options";
import type { FanOutResult } from "./result";

export interface FanOutContext extends MessagingContext {
  readonly clock: Clock;
  readonly send: typeof sendA2AMessage;
}

/** One fan-out while it runs. */
interface FanOut {
  readonly context: FanOutContext;
  readonly message: OutgoingMessage;
  readonly send: SendOptions;
  /** The clock time at which the budget is spent, in milliseconds. */
  readonly endsAt: number;
  /** Replies that are enough. */
  readonly enough: number;
  /** Aborted when enough peers have replied, by the caller, or after a failure of the fan-out itself. */
  readonly controller: AbortController;
  /** In the order of the peers. */
  readonly results: FanOutResult[];
  /** The number of peers whose turn has come. */
  started: number;
  replies: number;
}

/**
 * Sends a message to several peers, so many at once and within one budget, until enough have replied; the other sends
 * are cancelled. Resolves to what became of each, in the order of the peers. Throws `invalid_argument` before anything
 * is sent, and `closed`; rejects with the reason of the caller's signal.
 */
export async function fanOut(
  context: FanOutContext,
  peerIds: readonly string[],
  message: string | OutgoingMessage,
  given?: FanOutOptions,
): Promise<FanOutResult[]> {
  const ids = checkPeerIds(peerIds, context.peers.suggestPeers);
  const { send: asGiven, concurrency, enough } = checkFanOutOptions(given, ids.length);
  const { parts, options: send } = copyMessage(parseMessageParts(message), asGiven);
  for (const id of ids) resolveSource(context, id, send);
  const { signal, budgetMs = context.budgetMs } = send;
  if (signal?.aborted) throw abortReason(signal);
  const run: FanOut = {
    context,
    message: { parts },
    send,
    endsAt: context.clock.now() + budgetMs,
    enough,
    controller: new AbortController(),
    results: ids.map((peerId) => ({ peerId, messageId: newId(), state: "not-started" })),
    started: 0,
    replies: 0,
  };
  const removeListener = signal && onAbort(signal, (reason) => run.controller.abort(reason));
  try {
    const workers = Array.from({ length: Math.min(concurrency, ids.length) }, () => sendInTurn(run));
    const settled = await Promise.allSettled(workers);
    if (signal?.aborted) throw abortReason(signal);
    for (const each of settled) if (each.status === "rejected") throw each.reason;
    return run.results;
  } finally {
    removeListener?.();
  }
}

/** Time left, in milliseconds, below which nothing is sent any more: timers may end so much before their time. */
const LEAST_MS = 5;

/** Sends to one peer after the other, as long as there are any, time is left and replies are missing. */
async function sendInTurn(run: FanOut): Promise<void> {
  for (;;) {
    const index = run.started;
    const next = run.results[index];
    const remainingMs = run.endsAt - run.context.clock.now();
    if (next === undefined || run.controller.signal.aborted || remainingMs < LEAST_MS) return;
    run.started += 1;
    run.results[index] = await sendToPeer(run, next, remainingMs);
  }
}

/** Rejects only with what ends the whole fan-out, and ends it. */
async function sendToPeer(
  run: FanOut,
  { peerId, messageId }: FanOutResult,
  budgetMs: number,
): Promise<FanOutResult> {
  const { context, message, controller } = run;
  const { emit, current } = observeDelivery(context.emit);
  const options = { ...run.send, messageId, budgetMs, signal: controller.signal };
  try {
    const outcome = await context.send({ ...context, emit }, peerId, message, options);
    if (outcome.kind === "reply") run.replies += 1;
    if (run.replies >= run.enough) controller.abort(ENOUGH);
    return { peerId, messageId, state: "ok", outcome };
  } catch (error) {
    if (error === ENOUGH) return { peerId, messageId, state: "cancelled", delivery: current() };
    if (isA2AError(error) && error.code !== "closed") return { peerId, messageId, state: "failed", error };
    controller.abort(error);
    throw error;
  }
}

/** The reason with which the sends are cancelled that are not needed any more. */
const ENOUGH = new Error("Enough peers have replied.");
