import { expectResponse, isNonEmptyString, readFields, UUID } from "./expect";
import type { Credentials, HttpResponse, SendRequest } from "./http";
import { type LocalAgent, type Responder, startAgent } from "./local-agent";

/** What the operator of a platform can do, with agents on the machine of the suite. Each call creates anew. */
export interface Operator {
  /** Creates an external workspace and a token for it; with a URL it is online. */
  createWorkspace(url?: string): Promise<Credentials>;
  pause(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Sets the spending limit, in US cents. */
  setBudget(id: string, cents: number): Promise<void>;
  /** Starts an agent under a URL that the platform reaches. */
  startAgent(respond: Responder): Promise<LocalAgent>;
}

/** Creates an operator from its token. `agentHost` is the host under which the platform reaches this machine. */
export function createOperator(request: SendRequest, adminToken: string, agentHost: string): Operator {
  async function act(method: string, path: string, status: number, body?: unknown): Promise<HttpResponse> {
    const options = { bearer: adminToken, ...(body !== undefined && { body }) };
    const response = await request(method, `/workspaces${path}`, options);
    expectResponse(response, status);
    return response;
  }
  return {
    async createWorkspace(url) {
      const body = { name: "Conformance", external: true, runtime: "external", ...(url && { url }) };
      const created = await act("POST", "", 201, body);
      expectResponse(created, 201, { id: UUID });
      const id = String(readFields(created.json).id);
      const token = await act("POST", `/${id}/tokens`, 201);
      expectResponse(token, 201, { auth_token: isNonEmptyString });
      return { id, token: String(readFields(token.json).auth_token) };
    },
    pause: async (id) => void (await act("POST", `/${id}/pause`, 200)),
    remove: async (id) => void (await act("DELETE", `/${id}`, 200)),
    setBudget: async (id, cents) => void (await act("PATCH", `/${id}/budget`, 200, { budget_limit: cents })),
    startAgent: (respond) => startAgent(respond, agentHost),
  };
}

/** Runs `use` with a workspace whose agent handles every request with `respond`. */
export async function withAgent<T>(
  operator: Operator,
  respond: Responder,
  use: (workspace: Credentials, agent: LocalAgent) => Promise<T>,
): Promise<T> {
  await using agent = await operator.startAgent(respond);
  return await use(await operator.createWorkspace(agent.url), agent);
}

/** The URL of a port on this machine on which nothing listens. */
export async function findClosedUrl(operator: Operator): Promise<string> {
  const agent = await operator.startAgent(() => undefined);
  await agent[Symbol.asyncDispose]();
  return agent.url;
}
