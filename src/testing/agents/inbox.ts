import { methodOf, writeReceived } from "../activity/received";
import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import type { Workspace } from "../workspace";
import { incomingMessage } from "./incoming-message";

/** Leaves a message for an agent that fetches its messages itself, and returns what the sender is told. */
export function leaveInInbox(
  state: PlatformState,
  target: Workspace,
  from: string | null,
  request: JsonObject,
): JsonObject {
  writeReceived(state, { target, from, request }, {}, " (queued for poll)");
  target.received.push(incomingMessage(from, request));
  return { status: "queued", delivery_mode: "poll", method: methodOf(request) };
}
