import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createA2AClient } from "a2a-peers";
import { type AgentHandler, createAgent, nodeHandler } from "a2a-peers/agent";
import type { TestPlatform } from "a2a-peers/testing";
import {
  type DemoAgents,
  lookUp,
  REPORT,
  REPORT_SUMMARY,
  REPORT_WRITER,
  RESEARCH_LEAD,
  type RunningAgent,
} from "./running-agent";
import { temporaryFolder } from "./temporary-folder";

/** The agents of the demo, built with this package alone. */
export const OWN_AGENTS: DemoAgents = {
  builtWith: "a2a-peers/agent",
  startResearchLead: (platform, parentId) =>
    startAgent(platform, { ...RESEARCH_LEAD, parentId }, async ({ text }) => {
      await sleep(RESEARCH_LEAD.delayMs);
      return lookUp(text);
    }),
  startReportWriter: (platform, parentId) =>
    startAgent(platform, { ...REPORT_WRITER, parentId }, async () => {
      await sleep(REPORT_WRITER.delayMs);
      const bytes = Buffer.from(REPORT).toString("base64");
      const file = { name: "rfc-1.md", mimeType: "text/markdown", bytes };
      return { text: REPORT_SUMMARY, parts: [{ kind: "file", file }] };
    }),
};

async function startAgent(
  platform: TestPlatform,
  { name, role, parentId }: { name: string; role: string; parentId: string },
  onMessage: AgentHandler,
): Promise<RunningAgent> {
  const workspace = platform.addWorkspace({ name, role, parentId });
  const { id: workspaceId, token } = workspace;
  const folder = await temporaryFolder();
  const client = createA2AClient({ platformUrl: platform.url, workspaceId, token });
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://localhost:${port}/`;
  const heartbeat = { stateDir: folder.path, delegations: false } as const;
  const agent = createAgent(client, { card: { name, description: role }, url, onMessage, heartbeat });
  server.on("request", nodeHandler(agent));
  await agent.start();

  async function stop(): Promise<void> {
    await agent.stop();
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await Promise.all([closed, client.close()]);
    await folder[Symbol.asyncDispose]();
  }

  return { workspace, url, [Symbol.asyncDispose]: stop };
}
