import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type A2AClient, type A2AClientOptions, createA2AClient } from "a2a-peers";
import { type Agent, type AgentEvent, type AgentOptions, createAgent, nodeHandler } from "a2a-peers/agent";
import {
  type PlatformOptions,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "a2a-peers/testing";
import { onTestFinished } from "vitest";
import { scratchFolder } from "../../helpers/scratch-folder";

/** Starts a platform that ends with the test. */
export async function platformForTest(options?: PlatformOptions): Promise<TestPlatform> {
  const platform = await startPlatform(options);
  onTestFinished(() => platform.close());
  return platform;
}

/** A client of a workspace, which is closed with the test. */
export function clientOf(
  platform: TestPlatform,
  { id, token }: TestWorkspace,
  options: A2AClientOptions = {},
): A2AClient {
  const client = createA2AClient({
    platformUrl: platform.url,
    workspaceId: id,
    token: token ?? undefined,
    random: () => 0.5,
    ...options,
    retry: { baseDelayMs: 5, maxDelayMs: 5, ...options.retry },
  });
  onTestFinished(() => client.close());
  return client;
}

/** Listens on a free port until the test ends; returns a URL that a client registers. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "localhost"), "listening");
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}

export interface TestAgent {
  readonly agent: Agent;
  readonly client: A2AClient;
  readonly workspace: TestWorkspace;
  readonly events: AgentEvent[];
}

/** Creates an agent; nothing runs. */
export async function createTestAgent(
  platform: TestPlatform,
  workspace: TestWorkspace,
  options: Pick<AgentOptions, "onMessage"> & Partial<AgentOptions>,
): Promise<TestAgent> {
  const events: AgentEvent[] = [];
  const stateDir = await scratchFolder();
  const client = clientOf(platform, workspace);
  const agent = createAgent(client, {
    card: { name: workspace.name },
    onEvent: (event) => events.push(event),
    ...options,
    heartbeat: { stateDir, delegations: false, ...options.heartbeat },
    ...(options.url === undefined
      ? { inbox: { stateDir, pollIntervalMs: 10, idleIntervalMs: 20, ...options.inbox } }
      : {}),
  });
  return { agent, client, workspace, events };
}

/** Starts an agent with a URL of its own, to which the platform pushes. */
export async function startPushAgent(
  platform: TestPlatform,
  workspace: TestWorkspace,
  options: Pick<AgentOptions, "onMessage"> & Partial<AgentOptions>,
): Promise<TestAgent> {
  let agent: Agent | undefined;
  const url = await listen(nodeHandler({ fetch: async (request) => (agent as Agent).fetch(request) }));
  const created = await createTestAgent(platform, workspace, { url, ...options });
  agent = created.agent;
  await agent.start();
  onTestFinished(() => created.agent.stop());
  return created;
}

/** The event of one type. */
export const ofType = <Type extends AgentEvent["type"]>(events: readonly AgentEvent[], type: Type) =>
  events.filter((event): event is Extract<AgentEvent, { type: Type }> => event.type === type);
