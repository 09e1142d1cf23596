import type { Observer } from "../events";
import type { Workspace } from "../identity/workspaces";
import type { SharedServices } from "../transport/request/shared-services";
import type { BackgroundLimits } from "../validation/options";
import type { MessagingContext } from "./context";
import { type FanOutContext, fanOut } from "./fan-out/fan-out";
import type { FanOutOptions } from "./fan-out/options";
import { observeSend } from "./observe-send";
import type { OutgoingMessage } from "./outgoing-message";
import { messageSelf, type SelfMessage } from "./self-message";
import { sendA2AMessage } from "./send";
import type { SendOptions } from "./send-options";

export type MessagingOptions = Pick<MessagingContext, "delivery" | "budgetMs" | "sendMs">;

/** Sending messages to a peer, to several, and to the own agent. */
export function createMessaging(
  shared: SharedServices,
  peers: MessagingContext["peers"],
  { delivery, budgetMs, sendMs }: MessagingOptions,
  observer: Observer | undefined,
) {
  const send = observer === undefined ? sendA2AMessage : observeSend(observer);
  const context: FanOutContext = {
    ...shared,
    pool: shared.messagePool,
    peers,
    delivery,
    budgetMs,
    sendMs,
    send,
  };
  return {
    sendA2AMessage: (peerId: string, message: string | OutgoingMessage, options?: SendOptions) =>
      send(context, peerId, message, options),
    fanOut: (peerIds: readonly string[], message: string | OutgoingMessage, options?: FanOutOptions) =>
      fanOut(context, peerIds, message, options),
    messageSelf: (workspace: Workspace, message: SelfMessage, limits: BackgroundLimits) =>
      messageSelf(context, workspace, message, limits),
  };
}
