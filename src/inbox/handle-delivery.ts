import type { OutgoingMessage } from "../messaging/outgoing-message";
import { errorMessage } from "../text/format";
import { type ConsumerState, type Held, isCurrent } from "./consumer-state";
import { type DeliveryMessage, toDeliveryMessage } from "./delivery-message";
import { acknowledge, complete, giveBack, store } from "./end-delivery";
import type { StoredAnswer } from "./ledger";
import type { InboxHandler, InboxMessage } from "./message";

/** The message of a delivery as the agent sees it. */
export function toHeldMessage(state: ConsumerState, held: Held): DeliveryMessage {
  const { client, workspace } = state.options;
  return toDeliveryMessage(client, workspace.id, held.delivery.message, held.attempt, {
    ack: () => acknowledge(state, held),
    nack: (reason) =>
      giveBack(state, held, reason === undefined ? "it was given back" : errorMessage(reason)),
  });
}

/** Calls the handler, sends its answer and ends the message, or gives it back when one of them fails. Never rejects. */
export async function handleDelivery(
  state: ConsumerState,
  held: Held,
  handler: InboxHandler,
  signal: AbortSignal,
): Promise<void> {
  const { observer, workspace } = state.options;
  const delivered = toHeldMessage(state, held);
  const { message } = delivered;
  const work = () => answerDelivery(state, held, delivered, handler, signal);
  try {
    if (observer === undefined) await work();
    else await observer.runMessage({ workspaceId: workspace.id, message, isPushed: false }, work);
    // Stored with the next message that is handed over, or before the next one is waited for.
    if (isCurrent(state, held)) complete(state, held.session, held.delivery);
  } catch (error) {
    // An orderly stop is no failure of the message: its next attempt has the number of this one.
    if (signal.aborted && isCurrent(state, held)) held.session.takeBack(held.delivery);
    else await giveBack(state, held, errorMessage(error));
  }
}

/** Calls the handler and sends its answer. */
async function answerDelivery(
  state: ConsumerState,
  held: Held,
  { message, sendAnswer }: DeliveryMessage,
  handler: InboxHandler,
  signal: AbortSignal,
): Promise<void> {
  const answer = await resolveAnswer(state, held, message, handler, signal);
  // Not sent once another inbox has the message: it answers as well, and the two answers would differ.
  if (answer === undefined || !isCurrent(state, held)) return;
  await sendAnswer(answer as string | OutgoingMessage, { signal });
}

/** The answer of an earlier attempt, else the handler's: stored before it is sent, so that there is only one. */
async function resolveAnswer(
  state: ConsumerState,
  held: Held,
  message: InboxMessage,
  handler: InboxHandler,
  signal: AbortSignal,
) {
  const stored = held.session.answerTo(message.id);
  if (stored !== undefined) return stored;
  const answer = await handler(message, { signal });
  if (answer === undefined || answer === null) return undefined;
  if (isCurrent(state, held)) {
    held.session.rememberAnswer(message.id, answer as StoredAnswer);
    await store(state);
  }
  return answer;
}
