// What the bundlers bundle: the main entry, for Node as a program and for a worker as a module with a handler.
import { createA2AClient, settle } from "a2a-peers";

/** Sends one message and answers what came back. */
export async function sendOnce({ platformUrl, me, peers }) {
  const client = createA2AClient({ platformUrl, workspaceId: me.id, token: me.token });
  const sent = await settle(client.sendA2AMessage(peers.echo, "bundled"));
  await client.close();
  return sent.ok ? sent.value.text : sent.error.message;
}
