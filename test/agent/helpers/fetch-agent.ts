import { type A2AClientOptions, createA2AClient } from "a2a-peers";
import { type Agent, type AgentEvent, type AgentOptions, createAgent } from "a2a-peers/agent";
import { onTestFinished } from "vitest";
import { OWN, PEER, PLATFORM, TOKEN } from "../../helpers/ids";

export const SECRET = "inbound-secret-of-the-platform";

export interface FetchAgent {
  readonly agent: Agent;
  readonly events: AgentEvent[];
  /** Bodies of the beats. */
  readonly beats: Record<string, unknown>[];
  /** Sends a body, as text or as what becomes JSON, as the platform does. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The same, and reads the answer. */
  call(body: unknown): Promise<RpcAnswer>;
}

export interface RpcAnswer {
  jsonrpc: string;
  id: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole
  result?: any;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole
  error?: any;
}

/** The answers of platforms to registrations. */
export const REGISTERED = {
  "2026-04": { status: "registered" },
  "2026-05": { status: "registered", delivery_mode: "push", platform_inbound_secret: SECRET },
  withoutSecret: { status: "registered", delivery_mode: "push" },
};

/** Starts an agent that no socket leads to: the platform is a function. */
export async function startFetchAgent(
  options: Pick<AgentOptions, "onMessage"> & Partial<AgentOptions>,
  registered: object = REGISTERED["2026-05"],
  clientOptions: A2AClientOptions = {},
): Promise<FetchAgent> {
  const events: AgentEvent[] = [];
  const beats: Record<string, unknown>[] = [];
  const client = createA2AClient({
    platformUrl: PLATFORM,
    workspaceId: OWN,
    token: TOKEN,
    async fetch(input, init) {
      const path = new URL(String(input)).pathname;
      if (path === "/registry/heartbeat") beats.push(JSON.parse(String(init?.body)));
      return Response.json(path === "/registry/register" ? registered : { status: "ok" });
    },
    ...clientOptions,
  });
  const agent = createAgent(client, {
    card: { name: "Agent" },
    url: "http://localhost:9/",
    onEvent: (event) => events.push(event),
    ...options,
    heartbeat: { stateDir: "/dev/null", delegations: false, ...options.heartbeat },
  });
  await agent.start();
  onTestFinished(() => client.close());
  const post: FetchAgent["post"] = (body, headers = { authorization: `Bearer ${SECRET}` }) =>
    agent.fetch(
      new Request("http://agent.test/", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    );
  return {
    agent,
    events,
    beats,
    post,
    async call(body) {
      return (await (await post(body)).json()) as RpcAnswer;
    },
  };
}

let count = 0;

/** A request of the peer with one text part; `message` and `params` replace and add members. */
export function sendRequest(
  text: string,
  message: Record<string, unknown> = {},
  params: Record<string, unknown> = {},
): Record<string, unknown> {
  count += 1;
  return {
    jsonrpc: "2.0",
    id: `rpc-${count}`,
    method: "message/send",
    params: {
      message: {
        kind: "message",
        role: "user",
        messageId: `message-${count}`,
        parts: [{ kind: "text", text }],
        ...message,
      },
      metadata: { source_workspace_id: PEER },
      ...params,
    },
  };
}

/** A request of the peer about a task. */
export const taskRequest = (method: string, id: string, source_workspace_id: string | undefined = PEER) => ({
  jsonrpc: "2.0",
  id: "task",
  method,
  params: { id, metadata: { source_workspace_id } },
});
