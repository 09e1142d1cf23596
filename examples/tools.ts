// The tools of a model, without any framework: give `name`, `description` and `inputSchema` to your model, and call
// `run` with the arguments it chose. Here the arguments stand below, and the platform is an embedded one.
//
//   npx tsx examples/tools.ts

import { createA2AClient } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { createPeerTools } from "a2a-peers/tools";

await using platform = await startPlatform();
const me = platform.addWorkspace({ name: "Me" });
const poet = platform.addWorkspace({
  name: "Poet",
  role: "writes verse",
  reply: () => "Roses are red, sockets are blue.",
});
await using client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });
const tools = createPeerTools(client);

await call("list_peers", {});
await call("delegate_task", { workspace_id: poet.id, task: "A line about networks, please." });
await call("delegate_task", { workspace_id: "the poet", task: "Another one." });
await call("send_message_to_user", { message: "The poem is ready." });

async function call(name: string, args: Record<string, unknown>): Promise<void> {
  const result = await tools.find((tool) => tool.name === name)?.run(args);
  console.log(`> ${name} ${JSON.stringify(args)}\n${result?.text}\n`);
}
