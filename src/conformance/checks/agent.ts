import type { TestPlatform } from "a2a-peers/testing";
import { startAgent } from "../agent";
import type { Answer, Ask } from "../ask";
import { type Check, check } from "../check";
import { expectAnswer, expectEqual, expectRefusal, expectThat } from "../expect";
import { messageOf, send } from "./message";

type Answering = Parameters<typeof startAgent>[0];

/** What a human hears who writes to an agent that answers so, and what the agent was asked. */
async function askAgent(ask: Ask, embedded: TestPlatform, answering: Answering, body = messageOf("hello")) {
  await using agent = await startAgent(answering);
  const { id } = embedded.addWorkspace({ url: agent.url });
  const answer: Answer = await send(ask, null, id, body);
  return { answer, asked: agent.asked };
}

const REPLIES: readonly [name: string, title: string, body: string][] = [
  ["reply", "A reply is passed on byte for byte", '{ "jsonrpc":"2.0", "id":null,\n "result":{"parts":[]} }'],
  ["rpc-error", "So is a JSON-RPC error in a success", '{"jsonrpc":"2.0","id":1,"error":{"code":-32603}}'],
  ["no-json", "So is what is no JSON", "<html>"],
];

const REFUSALS: readonly [name: string, title: string, status: number, body: string, error: string][] = [
  [
    "own-error",
    "Of a refusal the agent's error gets through",
    422,
    '{"error":"no such skill"}',
    "no such skill",
  ],
  ["error-object", "But only if it is text", 500, '{"error":{"code":-32603}}', "Internal Server Error"],
  ["no-error", "Else the phrase of the status does", 404, "<html>", "Not Found"],
];

export const AGENT: readonly Check[] = [
  check({
    id: "agent.request",
    title: "An agent gets the request at its URL, and nothing of the caller's headers",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      await using agent = await startAgent((response) => response.end("{}"));
      const caller = embedded.addWorkspace({});
      const { id } = embedded.addWorkspace({ url: agent.url });
      const body = messageOf("hello");
      await ask("POST", `/workspaces/${id}/a2a`, {
        as: { id: caller.id, token: caller.token ?? "" },
        headers: { traceparent: "00-1", "a2a-version": "1.0", "x-timeout": "5" },
        body,
      });
      const [asked] = agent.asked;
      expectEqual(asked?.method, "POST", "the method");
      expectEqual(JSON.parse(asked?.body ?? ""), body, "the request");
      expectEqual(asked?.headers["content-type"], "application/json", "the content type");
      const told = ["authorization", "x-workspace-id", "traceparent", "a2a-version", "x-timeout"].filter(
        (name) => asked?.headers[name] !== undefined,
      );
      expectEqual(told, [], "the headers that were passed on");
    },
  }),
  ...REPLIES.map(([name, title, body]) =>
    check({
      id: `agent.${name}`,
      title,
      needs: ["embedded"],
      run: async ({ ask, embedded }) => {
        const { answer } = await askAgent(ask, embedded, (response) => response.end(body));
        expectEqual([answer.status, answer.text], [200, body], "status and body");
      },
    }),
  ),
  ...REFUSALS.map(([name, title, status, body, error]) =>
    check({
      id: `agent.${name}`,
      title,
      needs: ["embedded"],
      run: async ({ ask, embedded }) => {
        const { answer } = await askAgent(ask, embedded, (response) => response.writeHead(status).end(body));
        expectEqual([answer.status, answer.json], [status, { error }], "status and body");
      },
    }),
  ),
  check({
    id: "agent.unreachable",
    title: "An agent that is not there was not reached",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { url } = await startAgent(() => undefined).then(async (agent) => {
        await agent[Symbol.asyncDispose]();
        return agent;
      });
      const { id } = embedded.addWorkspace({ url });
      expectRefusal(await send(ask, null, id), 502, "failed to reach workspace agent");
    },
  }),
  ...([true, false] as const).map((delivered) =>
    check({
      id: delivered ? "agent.cut-reply" : "agent.cut-refusal",
      title: `A ${delivered ? "reply" : "refusal"} that breaks off was ${delivered ? "" : "not "}delivered`,
      needs: ["embedded"],
      run: async ({ ask, embedded }) => {
        const { answer } = await askAgent(ask, embedded, (response) => {
          response.writeHead(delivered ? 200 : 500, { "content-length": 100 });
          response.write("{", () => response.destroy());
        });
        expectAnswer(answer, 502, {
          error: "failed to read agent response",
          delivery_confirmed: delivered,
        });
      },
    }),
  ),
  check({
    id: "agent.redirect-followed",
    title: "An agent may send its reader on",
    only: "2026-04",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { answer } = await askAgent(ask, embedded, (response, { url }) => {
        if (url === "/agent") response.writeHead(307, { location: "/moved" }).end();
        else response.end('{"result":"moved"}');
      });
      expectAnswer(answer, 200, { result: "moved" });
    },
  }),
  check({
    id: "agent.redirect",
    title: "An agent's redirect is not followed",
    only: "2026-05",
    mayFail: "Platforms of that time may still follow it",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { answer, asked } = await askAgent(ask, embedded, (response) =>
        response.writeHead(307, { location: "/moved" }).end(),
      );
      expectRefusal(answer, 307, "Temporary Redirect");
      expectThat(asked.length === 1, `expected one request, got ${asked.length}`);
    },
  }),
];
