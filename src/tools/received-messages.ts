import { parsePeerId } from "../validation/peer-id";
import type { Received, ToolContext } from "./context";

/** As many messages as an inbox keeps at once. */
const ALL = 1000;

/** Every message that is not popped: those that were handed over, then those that wait. */
export const listPending = ({ inboxes }: ToolContext): Received[] =>
  inboxes.flatMap(({ workspaceId, held, peek }) =>
    [...held(), ...peek(ALL)].map((message) => ({ workspaceId, message })),
  );

/** How many popped messages may still be answered. */
const MAX_POPPED = 100;

/** Keeps a popped message, because models also answer after they have popped. */
export function rememberPopped({ popped }: ToolContext, received: Received): void {
  popped.set(received.message.id, received);
  const [oldest] = popped.keys();
  if (popped.size > MAX_POPPED && oldest !== undefined) popped.delete(oldest);
}

/**
 * The message that a reply answers: the one with `activityId` where that is given, else the newest that this sender's
 * model was handed. `peerId` is `undefined` for the human.
 */
export function findAnswered(
  context: ToolContext,
  { peerId, activityId }: { peerId: string | undefined; activityId: string | undefined },
): Received | undefined {
  const sender = peerId === undefined ? undefined : parsePeerId(peerId);
  const isFromSender = ({ message: { from } }: Received) =>
    from.kind === "human" ? sender === undefined : from.id === sender;
  const popped = [...context.popped.values()];
  if (activityId !== undefined) {
    const known = [...listPending(context), ...popped];
    return known.find((received) => received.message.id === activityId && isFromSender(received));
  }
  const held = context.inboxes.flatMap(({ workspaceId, held }) =>
    held().map((message) => ({ workspaceId, message })),
  );
  return held.filter(isFromSender).at(-1) ?? popped.filter(isFromSender).at(-1);
}
