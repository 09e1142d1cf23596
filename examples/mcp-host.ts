// What a host of the Model Context Protocol does with `a2a-peers mcp`: it starts the command of its configuration, lists
// the tools and calls one. In a host (mcp.json, .mcp.json) the command is `npx`, with the arguments `-y a2a-peers mcp`.
//
//   npx tsx examples/mcp-host.ts                on an embedded platform, started for you

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { startPlatform } from "a2a-peers/testing";

await using platform = await startPlatform();
const me = platform.addWorkspace({ name: "Me", status: "awaiting_agent" });
const poet = platform.addWorkspace({ name: "Poet", reply: () => "Roses are red, sockets are blue." });
const stateDir = await mkdtemp(`${tmpdir()}/a2a-peers-mcp-host-`);
await using _removed = { [Symbol.asyncDispose]: () => rm(stateDir, { recursive: true }) };

const server = {
  command: process.execPath,
  args: ["--import", "tsx", "src/cli/main.ts", "mcp"],
  env: {
    PATH: process.env.PATH ?? "",
    PLATFORM_URL: platform.url,
    WORKSPACE_ID: me.id,
    MOLECULE_WORKSPACE_TOKEN: me.token ?? "",
    MOLECULE_AGENT_NAME: "Reviewer",
    CONFIGS_DIR: stateDir,
  },
};

const host = new Client({ name: "example-host", version: "1.0.0" });
await host.connect(new StdioClientTransport({ ...server, stderr: "ignore" }));
const { tools } = await host.listTools();
console.log(tools.map(({ name }) => name).join(", "));
const call = { name: "delegate_task", arguments: { workspace_id: poet.id, task: "A line about networks." } };
const { content } = await host.callTool(call);
console.log((content as { text: string }[])[0]?.text);
await host.close();
