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

/** An A2A agent that listens on loopback, made with the official SDK. */
export interface RunningAgent extends AsyncDisposable {
  readonly name: string;
  readonly role: string;
  readonly url: string;
}

type Work = (request: RequestContext, bus: ExecutionEventBus) => Promise<void>;

/** Answers a question with a plain message. */
export function startResearchLead(): Promise<RunningAgent> {
  return startAgent("Research Lead", "looks things up", async (request, bus) => {
    await sleep(400);
    bus.publish(AgentEvent.message(messageOf(request, lookUp(textOf(request.userMessage)))));
  });
}

function lookUp(question: string): string {
  if (/\bwho\b/i.test(question)) return "Steve Crocker, then a graduate student at UCLA.";
  if (/stand for/.test(question)) return "Request for Comments.";
  return "RFC 1, “Host Software”, is dated 7 April 1969.";
}

export const REPORT_SUMMARY = "One page on RFC 1: what it is, when it was written, and why it matters.";

/** Takes a task, works on it in the open, and leaves two artifacts: a summary and a file. */
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
  const handler = new DefaultRequestHandler(cardOf(name, role, url), new InMemoryTaskStore(), executor);
  // The platform passes `message/send` on without an A2A-Version header, which to the SDK is version 0.3.
  const legacyCompat = { enabled: true };
  app.use("/.well-known/agent-card.json", agentCardHandler({ agentCardProvider: handler, legacyCompat }));
  app.use(express.json(), (request, _response, next) => {
    nameKinds(request.body?.params?.message?.parts);
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

/** The platform hands delegated work on in parts that say `type` where the protocol, and so the SDK, says `kind`. */
function nameKinds(parts: unknown): void {
  if (!Array.isArray(parts)) return;
  for (const part of parts) part.kind ??= part.type;
}

function cardOf(name: string, description: string, url: string): AgentCard {
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

function messageOf({ contextId }: RequestContext, text: string): Message {
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

function textOf(message: Message): string {
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
