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
import express from "express";

/** An A2A agent on loopback, built with the official SDK. */
export interface RunningAgent extends AsyncDisposable {
  readonly name: string;
  readonly role: string;
  readonly url: string;
}

type Work = (request: RequestContext, bus: ExecutionEventBus) => Promise<void>;

/** Starts an agent that replies to a question with a plain message. */
export function startResearchLead(): Promise<RunningAgent> {
  return startAgent("Research Lead", "looks things up", async (request, bus) => {
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
export function startReportWriter(): Promise<RunningAgent> {
  return startAgent("Report Writer", "turns notes into reports", async (request, bus) => {
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

async function startAgent(name: string, role: string, work: Work): Promise<RunningAgent> {
  const app = express();
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;

  const executor: AgentExecutor = { execute: work, cancelTask: async () => {} };
  const handler = new DefaultRequestHandler(createCard(name, role, url), new InMemoryTaskStore(), executor);
  // The platform forwards `message/send` without an A2A-Version header; the SDK treats that as version 0.3.
  const legacyCompat = { enabled: true };
  app.use("/.well-known/agent-card.json", agentCardHandler({ agentCardProvider: handler, legacyCompat }));
  app.use(express.json(), (request, _response, next) => {
    addKinds(request.body?.params?.message?.parts);
    next();
  });
  app.use(
    jsonRpcHandler({ requestHandler: handler, userBuilder: UserBuilder.noAuthentication, legacyCompat }),
  );

  async function stop(): Promise<void> {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  return { name, role, url, [Symbol.asyncDispose]: stop };
}

/** Adds `kind` to the parts of delegated tasks: the platform sends `type`, the protocol and the SDK expect `kind`. */
function addKinds(parts: unknown): void {
  if (!Array.isArray(parts)) return;
  for (const part of parts) part.kind ??= part.type;
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
