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
import type { TestPlatform, TestWorkspace } from "a2a-peers/testing";
import express from "express";

/** An A2A agent on loopback, built with the official SDK. */
export interface RunningAgent extends AsyncDisposable {
  readonly workspace: TestWorkspace;
  readonly url: string;
}

interface Description {
  readonly name: string;
  readonly role: string;
  readonly parentId: string;
}

type Work = (request: RequestContext, bus: ExecutionEventBus) => Promise<void>;

/** Starts an agent that replies to a question with a plain message. */
export function startResearchLead(platform: TestPlatform, parentId: string): Promise<RunningAgent> {
  const description = { name: "Research Lead", role: "looks things up", parentId };
  return startAgent(platform, description, async (request, bus) => {
    await sleep(400);
    bus.publish(AgentEvent.message(createMessage(request, lookUp(getText(request.userMessage)))));
  });
}

function lookUp(question: string): string {
  if (/\bwho\b/i.test(question)) return "Steve Crocker, then a graduate student at UCLA.";
  if (/stand for/.test(question)) return "Request for Comments.";
  return "RFC 1, “Host Software”, is dated 7 April 1969.";
}

export const REPORT_SUMMARY = "One page on RFC 1: what it is, when it was written, and why it matters.";

/** Starts an agent that runs a task, reports its status, and returns two artifacts: a summary and a file. */
export function startReportWriter(platform: TestPlatform, parentId: string): Promise<RunningAgent> {
  const description = { name: "Report Writer", role: "turns notes into reports", parentId };
  return startAgent(platform, description, async (request, bus) => {
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
    await sleep(900);
    const report = "# RFC 1\n\n“Host Software”, 7 April 1969: the first of the Requests for Comments.\n";
    bus.publish(AgentEvent.artifactUpdate(artifact("summary", textPart(REPORT_SUMMARY))));
    bus.publish(AgentEvent.artifactUpdate(artifact("report", filePart("rfc-1.md", report))));
    bus.publish(AgentEvent.statusUpdate({ ...ids, status: status(TaskState.TASK_STATE_COMPLETED) }));
  });
}

async function startAgent(
  platform: TestPlatform,
  description: Description,
  work: Work,
): Promise<RunningAgent> {
  const { name, role } = description;
  const workspace = platform.addWorkspace(description);
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
