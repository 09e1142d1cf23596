// The message that clients send which know nothing of A2A.
import { PEER } from "../ids.mjs";

export const path = `/workspaces/${PEER}/a2a`;

export const createBody = () => ({
  jsonrpc: "2.0",
  id: crypto.randomUUID(),
  method: "message/send",
  params: {
    message: { role: "user", messageId: crypto.randomUUID(), parts: [{ kind: "text", text: "hello" }] },
  },
});

export const textOf = (reply) => reply.result.parts[0].text;
