import { randomUUID } from "node:crypto";
import { type AgentCard, type Message, Role, TaskState as State, type TaskState } from "@a2a-js/sdk";
import {
  AgentEvent,
  DefaultRequestHandler,
  type ExecutionEventBus,
  InMemoryTaskStore,
  type RequestContext,
} from "@a2a-js/sdk/server";
import { jsonRpcHandler, UserBuilder } from "@a2a-js/sdk/server/express";
import type { A2AClient } from "a2a-peers";
import { guardInbound, nodeGuard } from "a2a-peers/agent";
import express from "express";
import { listen } from "./agent";

/** What the agent does with a message: answers, asks back, or works until it is canceled. */
export interface SdkTurn {
  readonly text: string;
  /** True for a message that answers a question of the agent. */
  readonly isFollowUp: boolean;
  answer(text: string): void;
  ask(text: string): void;
  work(): void;
}

/** Starts an agent on the server of the official SDK, guarded and registered for the client's workspace. */
export async function startSdkAgent(client: A2AClient, onTurn: (turn: SdkTurn) => void): Promise<void> {
  const executor = {
    async execute(request: RequestContext, bus: ExecutionEventBus) {
      onTurn(createTurn(request, bus));
    },
    async cancelTask(taskId: string, bus: ExecutionEventBus) {
      bus.publish(
        AgentEvent.statusUpdate({
          taskId,
          contextId: contexts.get(taskId) ?? "",
          metadata: undefined,
          status: status(State.TASK_STATE_CANCELED),
        }),
      );
      bus.finished();
    },
  };
  const requestHandler = new DefaultRequestHandler(sdkCard("1.0", "0.3"), new InMemoryTaskStore(), executor);
  const options = {
    requestHandler,
    userBuilder: UserBuilder.noAuthentication,
    legacyCompat: { enabled: true },
  };
  const app = express().post("/", nodeGuard(guardInbound(client)), jsonRpcHandler(options));
  await client.register({ url: await listen(app), agentCard: { name: "SDK agent" } });
}

const contexts = new Map<string, string>();

function createTurn(request: RequestContext, bus: ExecutionEventBus): SdkTurn {
  const { taskId, contextId, userMessage, task } = request;
  contexts.set(taskId, contextId);
  const publish = (state: TaskState, text?: string) =>
    bus.publish(
      AgentEvent.task({
        id: taskId,
        contextId,
        status: status(state, text === undefined ? undefined : message(text, { taskId, contextId })),
        artifacts: [],
        history: [userMessage],
        metadata: undefined,
      }),
    );
  return {
    text: userMessage.parts.map(({ content }) => (content?.$case === "text" ? content.value : "")).join(),
    isFollowUp: task !== undefined,
    answer(text) {
      if (task === undefined) bus.publish(AgentEvent.message(message(text, { taskId: "", contextId })));
      else publish(State.TASK_STATE_COMPLETED, text);
      bus.finished();
    },
    ask(text) {
      publish(State.TASK_STATE_INPUT_REQUIRED, text);
      bus.finished();
    },
    work: () => publish(State.TASK_STATE_WORKING),
  };
}

const status = (state: TaskState, said?: Message) => ({
  state,
  message: said,
  timestamp: new Date().toISOString(),
});

const message = (text: string, ids: { taskId: string; contextId: string }): Message => ({
  ...ids,
  messageId: randomUUID(),
  role: Role.ROLE_AGENT,
  parts: [{ content: { $case: "text", value: text }, metadata: undefined, filename: "", mediaType: "" }],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});

/** A card in the form of the SDK, whose client and server want every member. */
export function sdkCard(...versions: string[]): AgentCard {
  const speaks = (protocolVersion: string) => ({
    url: "http://agent.test/",
    protocolBinding: "JSONRPC",
    tenant: "",
    protocolVersion,
  });
  return {
    name: "SDK agent",
    description: "",
    version: "1",
    supportedInterfaces: versions.map(speaks),
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
