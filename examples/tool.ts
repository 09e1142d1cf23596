// Two tools for a model, without any framework: `list_peers` and `delegate_task`.
// Give `name`, `description` and `inputSchema` to your model, and call `run` with the arguments it chose.
//
//   npx tsx examples/tool.ts

import { type A2AClient, createA2AClient, delegateTask } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";

interface Tool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  inputSchema: object;
  /** Returns text for the model; failures are text too, so that it can decide what to do about them. */
  run(args: Record<string, unknown>, signal?: AbortSignal): Promise<string>;
}

function peerTools(client: A2AClient): Tool[] {
  return [
    {
      name: "list_peers",
      description: "Lists the peer agents a task can be delegated to: name, id, status and role.",
      inputSchema: { type: "object", properties: {}, additionalProperties: false },
      async run(_args, signal) {
        const { peers, diagnostic } = await client.listPeers({ signal });
        const lines = peers.map(
          ({ name = "unnamed", id, status = "unknown", role }) =>
            `- ${name} (id: ${id}, ${status})${role ? `: ${role}` : ""}`,
        );
        if (diagnostic !== null) lines.push(diagnostic.message);
        return lines.length > 0 ? lines.join("\n") : "There are no peers.";
      },
    },
    {
      name: "delegate_task",
      description: "Sends a task to a peer agent and waits for its reply. Ids come from list_peers.",
      inputSchema: {
        type: "object",
        properties: {
          peer_id: { type: "string", description: "The id of the peer" },
          task: { type: "string", description: "What to do, with everything the peer needs to know" },
        },
        required: ["peer_id", "task"],
        additionalProperties: false,
      },
      // Wrong arguments need no check here: the client refuses them with a message that the model can act on.
      run: ({ peer_id, task }, signal) => delegateTask(client, peer_id as string, task as string, { signal }),
    },
  ];
}

// Below: a platform with one peer, and the calls that a model would make.

await using platform = await startPlatform();
const me = platform.addWorkspace({ name: "Me" });
const poet = platform.addWorkspace({
  name: "Poet",
  role: "writes verse",
  reply: () => "Roses are red, sockets are blue.",
});
await using client = createA2AClient({
  platformUrl: platform.url,
  workspaceId: me.id,
  token: me.token,
});
const tools = peerTools(client);

await call("list_peers", {});
await call("delegate_task", { peer_id: poet.id, task: "A line about networks, please." });
await call("delegate_task", { peer_id: "the poet", task: "Another one." });

async function call(name: string, args: Record<string, unknown>): Promise<void> {
  const tool = tools.find((candidate) => candidate.name === name);
  console.log(`> ${name} ${JSON.stringify(args)}`);
  console.log(`${await tool?.run(args)}\n`);
}
