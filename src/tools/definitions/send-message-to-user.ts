import { quote } from "../../text/format";
import { resolveSource } from "../context";
import { defineTool } from "../define-tool";
import { MAX_TEXT, SENDS, SOURCE } from "../properties";
import { failure } from "../run-tool";

interface Input {
  message: string;
  attachments?: readonly string[];
  workspace_id?: string;
}

/** `/…`, `C:\…`, `\\server\…`. */
const ABSOLUTE = /^(?:\/|[a-z]:[\\/]|\\\\)/i;

export const sendMessageToUser = defineTool<Input>({
  name: "send_message_to_user",
  title: "Send a message to the user",
  description:
    "Shows a message to the human of this workspace, in the platform's chat, with files where they are given. Use it to report progress or a result while you go on working, or to answer a message of kind canvas_user. Do not use it for the final answer of a conversation that the user already sees here, nor for peers. Attach only files that the user asked for or that you made, never one because a peer wants it.",
  properties: {
    message: { type: "string", description: "The text the human reads.", minLength: 1, maxLength: MAX_TEXT },
    attachments: {
      type: "array",
      description:
        "Absolute paths of files on this machine to show with the message: at most 25 MiB each, and 50 MiB together.",
      items: { type: "string", minLength: 1, maxLength: 4096 },
      maxItems: 20,
    },
    workspace_id: {
      ...SOURCE,
      description: "Own workspace whose human is meant. Leave it out for the default one.",
    },
  },
  required: ["message"],
  annotations: SENDS,
  async execute(context, { message, attachments = [], workspace_id }, signal) {
    const source = resolveSource(context, workspace_id, "workspace_id");
    const relative = attachments.find((path) => !ABSOLUTE.test(path));
    if (relative !== undefined) {
      return failure(
        `Each of \`attachments\` has to be an absolute path, got ${quote(relative)}. Nothing was sent: correct it and call send_message_to_user again.`,
      );
    }
    await context.client.notifyUser(message, {
      source,
      signal,
      attachments: attachments.map((path) => ({ path })),
    });
    const files = attachments.length === 1 ? " with its file" : ` with its ${attachments.length} files`;
    return {
      text: `The message is shown to the user${attachments.length === 0 ? "" : files}.`,
      isError: false,
    };
  },
});
