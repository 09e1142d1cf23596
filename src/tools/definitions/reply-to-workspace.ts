import { peerLabel, runDelegateTask } from "../../messaging/delegate-task";
import type { SendOutcome } from "../../messaging/outcome";
import type { SendOptions } from "../../messaging/send-options";
import type { ToolResult } from "../../messaging/tool-result";
import { checkPeer } from "../check-peer";
import type { Received, ToolContext } from "../context";
import { defineTool } from "../define-tool";
import { nextStep } from "../next-step";
import { MAX_TEXT, SENDS } from "../properties";
import { findAnswered } from "../received-messages";
import { failure } from "../run-tool";

interface Input {
  peer_id?: string;
  text: string;
  activity_id?: string;
}

export const replyToWorkspace = defineTool<Input>({
  name: "reply_to_workspace",
  title: "Reply to a message",
  description:
    "Answers a message that this agent received: a peer's with its peer_id, the human's with peer_id left out or empty. The answer belongs to the newest message of that sender that you were handed; give activity_id where you mean another one. Use it after wait_for_message, before inbox_pop. To begin something new with a peer use delegate_task, and to tell the human something of your own send_message_to_user. Comes back with the word that the answer was taken, or with what the peer says to it.",
  properties: {
    peer_id: {
      type: "string",
      maxLength: 200,
      description: "The peer_id of the message you answer (a UUID). Left out or empty: the human.",
    },
    text: { type: "string", description: "Your answer, in full.", minLength: 1, maxLength: MAX_TEXT },
    activity_id: {
      type: "string",
      description: "The activity_id of the message you answer, where the sender has several.",
      maxLength: 200,
    },
  },
  required: ["text"],
  annotations: SENDS,
  async execute(context, { peer_id, text, activity_id }, signal) {
    const answered = findAnswered(context, { peerId: peer_id, activityId: activity_id?.trim() });
    if (activity_id !== undefined && answered === undefined) {
      return failure(
        `No message of this sender has the activity_id ${activity_id.slice(0, 200)}. Nothing was sent: leave activity_id out, or give that of a message of wait_for_message.`,
      );
    }
    if (answered === undefined && context.workspaceIds.length === 0) return failure(NOTHING_TO_ANSWER);
    if (peer_id !== undefined) return replyToPeer(context, peer_id, text, answered, signal);
    await context.client.notifyUser(text, { source: answered?.workspaceId, signal });
    return { text: "The answer is shown to the user.", isError: false };
  },
});

/** Where no workspace is the default one, only the answered message tells which of them answers. */
const NOTHING_TO_ANSWER =
  "You were handed no message of this sender, so nothing was sent. To begin something new call delegate_task or send_message_to_user, which take the own workspace to act for.";

async function replyToPeer(
  context: ToolContext,
  peerId: string,
  text: string,
  answered: Received | undefined,
  signal: AbortSignal | undefined,
): Promise<ToolResult> {
  await checkPeer(context, peerId, undefined, signal);
  const result = await runDelegateTask(context.client, peerId, text, { ...conversationOf(answered), signal });
  if (result.isError || (result.data as SendOutcome).kind !== "queued")
    return nextStep(context, peerId, result);
  return {
    ...result,
    text: `The answer is stored for ${peerLabel(context.client, peerId)}, which gets it later. Do not send it again.`,
  };
}

/** What makes a message the answer to another one. */
function conversationOf(answered: Received | undefined): SendOptions {
  if (answered === undefined) return {};
  const { workspaceId, message } = answered;
  return {
    source: workspaceId,
    contextId: message.contextId,
    metadata: message.messageId === undefined ? undefined : { in_reply_to: message.messageId },
    allowSelf: true,
  };
}
