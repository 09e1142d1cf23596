import type { InboxMessage } from "../inbox/message";
import type { Received, ToolContext } from "./context";
import { type InboundFields, toInboundFields } from "./inbound-message";

/** The messages that were handed over too often without being popped, oldest first. Those that cannot be read are left out. */
export async function listSetAside({ inboxes }: ToolContext): Promise<Received[]> {
  const lists = await Promise.all(
    inboxes.map(async ({ workspaceId, deadLetters }) => {
      const messages = await deadLetters().catch((): readonly InboxMessage[] => []);
      return messages.map((message) => ({ workspaceId, message }));
    }),
  );
  return lists.flat();
}

/** The fields of messages that were set aside, and text about them for a model: none for none. */
export function showSetAside(
  { client }: ToolContext,
  received: readonly Received[],
): { fields: InboundFields[]; lines: string[] } {
  const fields = received.map(
    ({ message }): InboundFields => ({ ...toInboundFields(client, message), set_aside: true }),
  );
  const [were, each] =
    fields.length === 1 ? ["1 message was", "it"] : [`${fields.length} messages were`, "each"];
  const head = `${were} set aside after being handed over too often without being popped. Such a message does not come again: handle it if it still matters, and end ${each} with inbox_pop:`;
  const texts = fields.map((each) => JSON.stringify(each, null, 2));
  return { fields, lines: fields.length === 0 ? [] : [head, ...texts] };
}
