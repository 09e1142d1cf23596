import { type Check, check } from "../check";
import { expectEqual, expectError, expectResponse, expectThat } from "../expect";
import type { HttpResponse, SendRequest } from "../http";
import type { Responder } from "../local-agent";
import { findClosedUrl, type Operator, withAgent } from "../operator";
import { createMessage, send } from "../requests";

/** Sends a message as a human to an agent that responds with `respond`. */
function askAgent(request: SendRequest, operator: Operator, respond: Responder) {
  return withAgent(operator, respond, async ({ id }, { received }) => {
    const response: HttpResponse = await send(request, null, id);
    return { response, received };
  });
}

const REPLIES: readonly [name: string, title: string, body: string][] = [
  ["reply", "A reply is forwarded byte for byte", '{ "jsonrpc":"2.0", "id":null,\n "result":{"parts":[]} }'],
  [
    "rpc-error",
    "A JSON-RPC error in a 2xx is forwarded byte for byte",
    '{"jsonrpc":"2.0","id":1,"error":{"code":-32603}}',
  ],
  ["no-json", "A reply that is not JSON is forwarded byte for byte", "<html>"],
];

const ERRORS: readonly [name: string, title: string, status: number, body: string, error: string][] = [
  [
    "own-error",
    "The error text of an agent is forwarded with its status",
    422,
    '{"error":"no such skill"}',
    "no such skill",
  ],
  [
    "error-object",
    "An error object of an agent is replaced by the status text",
    500,
    '{"error":{"code":-32603}}',
    "Internal Server Error",
  ],
  [
    "no-error",
    "An agent's error status without an error is reported by the status text",
    404,
    "<html>",
    "Not Found",
  ],
];

export const AGENT: readonly Check[] = [
  check({
    id: "agent.request",
    title: "An agent receives the request at its URL, without the caller's headers",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      await using agent = await operator.startAgent((response) => response.end("{}"));
      const caller = await operator.createWorkspace();
      const { id } = await operator.createWorkspace(agent.url);
      const body = createMessage("hello");
      await request("POST", `/workspaces/${id}/a2a`, {
        as: caller,
        headers: { traceparent: "00-1", "a2a-version": "1.0", "x-timeout": "5" },
        body,
      });
      const [received] = agent.received;
      expectEqual(received?.method, "POST", "the method");
      expectEqual(JSON.parse(received?.body ?? ""), body, "the request");
      expectEqual(received?.headers["content-type"], "application/json", "the content type");
      const present = ["x-workspace-id", "traceparent", "a2a-version", "x-timeout"].filter(
        (name) => received?.headers[name] !== undefined,
      );
      expectEqual(present, [], "the headers that were passed on");
      // Some versions sign the request with the agent's own secret.
      const signature = received?.headers.authorization;
      expectThat(signature !== `Bearer ${caller.token}`, "the caller's token was passed on");
    },
  }),
  ...["tasks/get", "tasks/cancel"].map((method) =>
    check({
      id: `agent.${method.replace("/", "-")}`,
      title: `A ${method} is forwarded as it is, and so is its answer`,
      needs: ["operator"],
      run: async ({ request, operator }) => {
        const answer = '{"jsonrpc":"2.0","id":"t-1","error":{"code":-32001,"message":"Task not found"}}';
        await using agent = await operator.startAgent((response) => response.end(answer));
        const { id } = await operator.createWorkspace(agent.url);
        const body = { jsonrpc: "2.0", id: "t-1", method, params: { id: "task-1", historyLength: 1 } };
        const response = await send(request, null, id, body);
        expectEqual(
          agent.received.map((received) => JSON.parse(received.body)),
          [body],
          "the requests",
        );
        expectEqual([response.status, response.text], [200, answer], "status and body");
      },
    }),
  ),
  ...REPLIES.map(([name, title, body]) =>
    check({
      id: `agent.${name}`,
      title,
      needs: ["operator"],
      run: async ({ request, operator }) => {
        const { response } = await askAgent(request, operator, (response) => response.end(body));
        expectEqual([response.status, response.text], [200, body], "status and body");
      },
    }),
  ),
  ...ERRORS.map(([name, title, status, body, error]) =>
    check({
      id: `agent.${name}`,
      title,
      needs: ["operator"],
      run: async ({ request, operator }) => {
        const { response } = await askAgent(request, operator, (response) =>
          response.writeHead(status).end(body),
        );
        expectEqual([response.status, response.json], [status, { error }], "status and body");
      },
    }),
  ),
  check({
    id: "agent.unreachable",
    title: "An agent that refuses connections is reported as not reached",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { id } = await operator.createWorkspace(await findClosedUrl(operator));
      expectError(await send(request, null, id), 502, "failed to reach workspace agent");
    },
  }),
  ...([true, false] as const).map((delivered) =>
    check({
      id: delivered ? "agent.cut-reply" : "agent.cut-refusal",
      title: `A truncated ${delivered ? "reply" : "error response"} is reported as ${delivered ? "" : "not "}delivered`,
      needs: ["operator"],
      run: async ({ request, operator }) => {
        const { response } = await askAgent(request, operator, (response) => {
          response.writeHead(delivered ? 200 : 500, { "content-length": 100 });
          response.write("{", () => response.destroy());
        });
        expectResponse(response, 502, {
          error: "failed to read agent response",
          delivery_confirmed: delivered,
        });
      },
    }),
  ),
  check({
    id: "agent.reset-reply",
    title: "A reply that ends with a reset is reported as delivered, and is not queued",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { response } = await askAgent(request, operator, (response, { socket }) => {
        response.writeHead(200, { "content-length": 100 });
        // A reset discards what has not been read, so the head gets this long.
        response.write("{", () => setTimeout(() => socket.resetAndDestroy(), 100));
      });
      expectResponse(response, 502, { error: "failed to read agent response", delivery_confirmed: true });
    },
  }),
  check({
    id: "agent.types",
    title: "A reply has no charset in its type, the platform's own JSON has one",
    only: "2026-04",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { response } = await askAgent(request, operator, (response) => response.end("{}"));
      const own = await request("GET", "/health");
      expectEqual(
        [response.headers.get("content-type"), own.headers.get("content-type")],
        ["application/json", "application/json; charset=utf-8"],
        "the types",
      );
    },
  }),
  check({
    id: "agent.removed",
    title: "A message to a removed workspace that has a URL still reaches its agent",
    only: "2026-04",
    needs: ["operator"],
    run: ({ request, operator }) =>
      withAgent(
        operator,
        (response) => response.end("{}"),
        async ({ id }) => {
          await operator.remove(id);
          expectResponse(await send(request, null, id), 200);
        },
      ),
  }),
  check({
    id: "agent.redirect-followed",
    title: "A redirect by an agent is followed",
    only: "2026-04",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { response } = await askAgent(request, operator, (response, { url }) => {
        if (url === "/agent") response.writeHead(307, { location: "/moved" }).end();
        else response.end('{"result":"moved"}');
      });
      expectResponse(response, 200, { result: "moved" });
    },
  }),
  check({
    id: "agent.redirect",
    title: "A redirect by an agent is not followed",
    only: "2026-05",
    mayFail: "Some platforms of this version still follow it",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { response, received } = await askAgent(request, operator, (response) =>
        response.writeHead(307, { location: "/moved" }).end(),
      );
      expectError(response, 307, "Temporary Redirect");
      expectThat(received.length === 1, `expected one request, got ${received.length}`);
    },
  }),
];
