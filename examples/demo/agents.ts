import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type AgentCard, type Message, type Part, Role, TaskState } from "@a2a-js/sdk";
import {
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  type ExecutionEventBus,
  InMemoryTaskStore,
  type RequestContext,
} from "@a2a-js/sdk/server";
import { agentCardHandler, jsonRpcHandler, UserBuilder } from "@a2a-js/sdk/server/express";
import { createA2AClient } from "a2a-peers";
import { guardInbound, nodeGuard } from "a2a-peers/agent";
import type { TestPlatform } from "a2a-peers/testing";
import express from "express";
import {
  type DemoAgents,
  lookUp,
  REPORT,
  REPORT_SUMMARY,
  REPORT_WRITER,
  RESEARCH_LEAD,
  type RunningAgent,
} from "../../src/cli/demo/running-agent";

interface Description {
  readonly name: string;
  readonly role: string;
  readonly parentId: string;
}

type Work = (request: RequestContext, bus: ExecutionEventBus) => Promise<void>;

/** The agents of the demo, built with the official SDK. */
export const SDK_AGENTS: DemoAgents = { builtWith: "official A2A SDK", startResearchLead, startReportWriter };

/** Starts an agent that replies to a question with a plain message. */
function startResearchLead(platform: TestPlatform, parentId: string): Promise<RunningAgent> {
  return startAgent(platform, { ...RESEARCH_LEAD, parentId }, async (request, bus) => {
    await sleep(RESEARCH_LEAD.delayMs);
    bus.publish(AgentEvent.message(createMessage(request, lookUp(getText(request.userMessage)))));
  });
}

/** Starts an agent that runs a task, reports its status, and returns two artifacts: a summary and a file. */
function startReportWriter(platform: TestPlatform, parentId: string): Promise<RunningAgent> {
  return startAgent(platform, { ...REPORT_WRITER, parentId }, async (request, bus) => {
    const { taskId, contextId, userMessage } = request;
    const ids = { taskId, contextId, metadata: undefined };
    const status = (state: TaskState) => ({
      state,
      message: undefined,
      timestamp: new Date().toISOString(),
    });
    const artifact = (name: string, part: Part) => ({
      ...ids,
      artifact: {
        artifactId: randomUUID(),
        name,
        description: "",
        parts: [part],
        metadata: undefined,
        extensions: [],
      },
      append: false,
      lastChunk: true,
    });

    bus.publish(
      AgentEvent.task({
        id: taskId,
        contextId,
        status: status(TaskState.TASK_STATE_WORKING),
        artifacts: [],
        history: [userMessage],
        metadata: undefined,
      }),
    );
    await sleep(REPORT_WRITER.delayMs);
    bus.publish(AgentEvent.artifactUpdate(artifact("summary", textPart(REPORT_SUMMARY))));
    bus.publish(AgentEvent.artifactUpdate(artifact("report", filePart("rfc-1.md", REPORT))));
    bus.publish(AgentEvent.statusUpdate({ ...ids, status: status(TaskState.TASK_STATE_COMPLETED) }));
  });
}

async function startAgent(
  platform: TestPlatform,
  description: Description,
  work: Work,
): Promise<RunningAgent> {
  const { name, role, parentId } = description;
  const workspace = platform.addWorkspace({ name, role, parentId });
  const { id: workspaceId, token } = workspace;
  const client = createA2AClient({ platformUrl: platform.url, workspaceId, token });
  const app = express();
  const server = app.listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://localhost:${port}/`;

  const executor: AgentExecutor = { execute: work, cancelTask: async () => {} };
  const card = createCard(name, role, url);
  const handler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor);
  // The platform forwards `message/send` without an A2A-Version header; the SDK treats that as version 0.3.
  const legacyCompat = { enabled: true };
  app.use("/.well-known/agent-card.json", agentCardHandler({ agentCardProvider: handler, legacyCompat }));
  app.post(
    "/",
    nodeGuard(guardInbound(client)),
    jsonRpcHandler({ requestHandler: handler, userBuilder: UserBuilder.noAuthentication, legacyCompat }),
  );
  await client.register({ url, agentCard: { name } });

  async function stop(): Promise<void> {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await Promise.all([closed, client.close()]);
  }

  return { workspace, url, [Symbol.asyncDispose]: stop };
}

function createCard(name: string, description: string, url: string): AgentCard {
  const speaks = (protocolVersion: string) => ({
    url,
    protocolBinding: "JSONRPC",
    tenant: "",
    protocolVersion,
  });
  return {
    name,
    description,
    version: "1.0.0",
    supportedInterfaces: [speaks("1.0"), speaks("0.3")],
    provider: undefined,
    capabilities: { extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ["text/plain"],
    defaultOutputModes: ["text/plain"],
    skills: [],
    signatures: [],
  };
}

function createMessage({ contextId }: RequestContext, text: string): Message {
  return {
    messageId: randomUUID(),
    role: Role.ROLE_AGENT,
    taskId: "",
    contextId,
    parts: [textPart(text)],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}

function getText(message: Message): string {
  return message.parts.map(({ content }) => (content?.$case === "text" ? content.value : "")).join("\n");
}

function textPart(text: string): Part {
  return {
    content: { $case: "text", value: text },
    metadata: undefined,
    filename: "",
    mediaType: "text/plain",
  };
}

function filePart(filename: string, text: string): Part {
  return {
    content: { $case: "raw", value: Buffer.from(text) },
    metadata: undefined,
    filename,
    mediaType: "text/markdown",
  };
}
