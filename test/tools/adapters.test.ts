import { tool as langChainTool } from "@langchain/core/tools";
import { Client } from "@modelcontextprotocol/client";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as LegacyTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server as LegacyServer } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { InMemoryTransport, McpServer } from "@modelcontextprotocol/server";
import { invokeFunctionTool, tool as openAITool, RunContext } from "@openai/agents-core";
import {
  createMcpHandlers,
  createPeerTools,
  type PeerTool,
  toAISDKTools,
  toLangChainTool,
  toMcpTool,
  toOpenAIAgentsTool,
} from "a2a-peers/tools";
import { generateText, stepCountIs } from "ai";
import { MockLanguageModelV3 } from "ai/test";
import { describe, expect, it, onTestFinished } from "vitest";
import { startTools } from "./helpers";

const WRONG = { workspace_id: "nobody", tsk: "A line." };
const COMPLAINT = "There is no argument `tsk`. Did you mean `task`?";

async function start() {
  const { client, addPeer } = await startTools();
  const poet = addPeer({ name: "Poet", reply: () => "Roses are red." });
  return { tools: createPeerTools(client), right: { workspace_id: poet.id, task: "A line." } };
}

/** Tools of which `delegate_task` hangs until its call is cancelled, which resolves `cancelled`. */
function hanging(tools: readonly PeerTool[]) {
  let cancel: () => void = () => {};
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  const run: PeerTool["run"] = (_input, { signal } = {}) => {
    const result = { text: "cancelled", isError: true };
    return new Promise((resolve) =>
      signal?.addEventListener("abort", () => {
        cancel();
        resolve(result);
      }),
    );
  };
  return { tools: tools.map((tool) => ({ ...tool, run })), cancelled };
}

describe("the AI SDK", () => {
  /** A model that calls `delegate_task` with these arguments and ends when it has the result. */
  function modelThatCalls(input: unknown) {
    const usage = {
      inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 1, text: 1, reasoning: 0 },
    };
    const call = {
      type: "tool-call" as const,
      toolCallId: "1",
      toolName: "delegate_task",
      input: JSON.stringify(input),
    };
    let calls = 0;
    return new MockLanguageModelV3({
      doGenerate: async () => {
        calls += 1;
        return calls === 1
          ? { content: [call], finishReason: { unified: "tool-calls", raw: undefined }, usage, warnings: [] }
          : {
              content: [{ type: "text", text: "done" }],
              finishReason: { unified: "stop", raw: undefined },
              usage,
              warnings: [],
            };
      },
    });
  }

  it.each([
    ["right", { type: "text", value: "Roses are red." }],
    ["wrong", { type: "error-text", value: expect.stringContaining(COMPLAINT) }],
  ])("calls a tool with %s arguments, and the model reads the result", async (kind, output) => {
    const { tools, right } = await start();
    const model = modelThatCalls(kind === "right" ? right : WRONG);
    await generateText({ model, prompt: "Go.", tools: toAISDKTools(tools), stopWhen: stepCountIs(3) });
    const [first, second] = model.doGenerateCalls;
    expect(first?.tools?.find(({ name }) => name === "delegate_task")).toMatchObject({
      description: expect.stringContaining("waits for its answer"),
      inputSchema: { additionalProperties: false, required: ["workspace_id", "task"] },
    });
    expect(second?.prompt.at(-1)).toMatchObject({ role: "tool", content: [{ output }] });
  });

  it("passes its signal on", async () => {
    const { tools, cancelled } = hanging((await start()).tools);
    const controller = new AbortController();
    const execution = toAISDKTools(tools).delegate_task?.execute({}, { abortSignal: controller.signal });
    controller.abort();
    await cancelled;
    expect(await execution).toMatchObject({ isError: true });
  });
});

describe("LangChain", () => {
  it("calls a tool and makes a message of its result, also of a failed one", async () => {
    const { tools, right } = await start();
    const made = tools.map((each) => langChainTool(...toLangChainTool(each)));
    const delegate = made.find(({ name }) => name === "delegate_task");
    const call = (args: object) => ({
      type: "tool_call" as const,
      id: "1",
      name: "delegate_task",
      args: { ...args },
    });
    expect(await delegate?.invoke(call(right))).toMatchObject({
      content: "Roses are red.",
      artifact: { isError: false, data: { kind: "reply" } },
    });
    expect(await delegate?.invoke(call(WRONG))).toMatchObject({
      content: expect.stringContaining(COMPLAINT),
      artifact: { isError: true },
    });
  });

  it("shows a model the schema", async () => {
    const { convertToOpenAITool } = await import("@langchain/core/utils/function_calling");
    const [list] = (await start()).tools;
    if (list === undefined) throw new Error("there is no tool");
    expect(convertToOpenAITool(langChainTool(...toLangChainTool(list)))).toMatchObject({
      function: { name: "list_peers", parameters: { additionalProperties: false } },
    });
  });

  it("passes its signal on", async () => {
    const { tools, cancelled } = hanging((await start()).tools);
    const [tool] = tools;
    if (tool === undefined) throw new Error("there is no tool");
    const controller = new AbortController();
    const running = langChainTool(...toLangChainTool(tool)).invoke({}, { signal: controller.signal });
    running.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    await cancelled;
  });
});

describe("the OpenAI Agents SDK", () => {
  it("calls a tool and shows the model its text, also of a failure", async () => {
    const { tools, right } = await start();
    const made = tools.map((each) => openAITool(toOpenAIAgentsTool(each)));
    const delegate = made.find(({ name }) => name === "delegate_task");
    if (delegate === undefined) throw new Error("there is no tool");
    const invoke = (input: object) =>
      invokeFunctionTool({ tool: delegate, runContext: new RunContext(), input: JSON.stringify(input) });
    expect(delegate.parameters).toMatchObject({ required: ["workspace_id", "task"] });
    expect(await invoke(right)).toBe("Roses are red.");
    expect(await invoke(WRONG)).toContain(COMPLAINT);
  });
});

describe("an MCP server", () => {
  it("registers the tools, and its client reads descriptions, schemas, results and errors", async () => {
    const { tools, right } = await start();
    const server = new McpServer({ name: "peers", version: "1.0.0" });
    for (const tool of tools) server.registerTool(...toMcpTool(tool));
    const [serverSide, clientSide] = InMemoryTransport.createLinkedPair();
    const client = new Client({ name: "host", version: "1.0.0" });
    await Promise.all([server.connect(serverSide), client.connect(clientSide)]);
    onTestFinished(() => client.close());
    await expectAllOf(client, tools, right);
  });

  it("of the predecessor takes the handlers", async () => {
    const { tools, right } = await start();
    const server = new LegacyServer({ name: "peers", version: "1.0.0" }, { capabilities: { tools: {} } });
    const { listTools, callTool } = createMcpHandlers(tools);
    server.setRequestHandler(ListToolsRequestSchema, listTools);
    server.setRequestHandler(CallToolRequestSchema, callTool);
    const [serverSide, clientSide] = LegacyTransport.createLinkedPair();
    const client = new LegacyClient({ name: "host", version: "1.0.0" });
    await Promise.all([server.connect(serverSide), client.connect(clientSide)]);
    onTestFinished(() => client.close());
    await expectAllOf(client, tools, right);
    expect(await client.callTool({ name: "delegate", arguments: {} })).toMatchObject({ isError: true });
  });

  interface AnyClient {
    listTools(): Promise<{ tools: { name: string }[] }>;
    callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  }

  async function expectAllOf(client: AnyClient, tools: readonly PeerTool[], right: Record<string, unknown>) {
    const { tools: listed } = await client.listTools();
    expect(listed).toEqual(
      tools.map(({ run: _, ...shown }) =>
        expect.objectContaining({ ...shown, inputSchema: expect.objectContaining(shown.inputSchema) }),
      ),
    );
    expect(await client.callTool({ name: "delegate_task", arguments: right })).toMatchObject({
      content: [{ type: "text", text: "Roses are red." }],
    });
    expect(await client.callTool({ name: "delegate_task", arguments: WRONG })).toMatchObject({
      content: [{ type: "text", text: expect.stringContaining(COMPLAINT) }],
      isError: true,
    });
  }

  it("passes the signal of a request on", async () => {
    const { tools, cancelled } = hanging((await start()).tools);
    const server = new McpServer({ name: "peers", version: "1.0.0" });
    for (const tool of tools) server.registerTool(...toMcpTool(tool));
    const [serverSide, clientSide] = InMemoryTransport.createLinkedPair();
    const client = new Client({ name: "host", version: "1.0.0" });
    await Promise.all([server.connect(serverSide), client.connect(clientSide)]);
    onTestFinished(() => client.close());
    const controller = new AbortController();
    const running = client.callTool({ name: "list_peers", arguments: {} }, { signal: controller.signal });
    running.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    await cancelled;
  });
});
