import type { Received } from "../context";
import { defineTool } from "../define-tool";
import { listPending, rememberPopped } from "../received-messages";
import { failure } from "../run-tool";
import { listSetAside } from "../set-aside";

interface Input {
  activity_id: string;
}

export const inboxPop = defineTool<Input>({
  name: "inbox_pop",
  title: "Take a handled message out of the inbox",
  description:
    "Ends one message: it does not come again. Call it when the message is handled and, where it asks for an answer, answered; not before, because a message that is popped is gone, also when your work on it fails. It sends nothing to anybody.",
  properties: {
    activity_id: {
      type: "string",
      description: "The activity_id of the message, as wait_for_message or inbox_peek showed it.",
      minLength: 1,
      maxLength: 200,
    },
  },
  required: ["activity_id"],
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  async execute(context, { activity_id }) {
    const id = activity_id.trim();
    const pending = listPending(context);
    const isMeant = ({ message }: Received) => message.id === id;
    const received = pending.find(isMeant) ?? (await listSetAside(context)).find(isMeant);
    if (received === undefined) {
      const open = pending.slice(0, 5).map(({ message }) => message.id);
      const rest = open.length === 0 ? "No message waits." : `Not popped yet: ${open.join(", ")}.`;
      return failure(
        `No message with this activity_id waits: it was popped before, or the id is another one. ${rest}`,
      );
    }
    await received.message.ack();
    rememberPopped(context, received);
    return { text: "Done: the message does not come again.", isError: false, data: { activity_id: id } };
  },
});
