import { resolveSource } from "../context";
import { defineTool } from "../define-tool";
import { MAX_TEXT, SENDS, SOURCE } from "../properties";

interface Input {
  message: string;
  workspace_id?: string;
}

export const sendMessageToUser = defineTool<Input>({
  name: "send_message_to_user",
  title: "Send a message to the user",
  description:
    "Shows a message to the human of this workspace, in the platform's chat. Use it to report progress or a result while you go on working, or to answer a message of kind canvas_user. Do not use it for the final answer of a conversation that the user already sees here, nor for peers.",
  properties: {
    message: { type: "string", description: "The text the human reads.", minLength: 1, maxLength: MAX_TEXT },
    workspace_id: {
      ...SOURCE,
      description: "Own workspace whose human is meant. Leave it out for the default one.",
    },
  },
  required: ["message"],
  annotations: SENDS,
  async execute(context, { message, workspace_id }, signal) {
    const source = resolveSource(context, workspace_id, "workspace_id");
    await context.client.notifyUser(message, { source, signal });
    return { text: "The message is shown to the user.", isError: false };
  },
});
