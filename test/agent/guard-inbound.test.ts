import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createA2AClient } from "a2a-peers";
import { type AgentEvent, type GuardedRequest, guardInbound, nodeGuard } from "a2a-peers/agent";
import express from "express";
import { describe, expect, it } from "vitest";
import { OWN, PLATFORM, SECOND } from "../helpers/ids";
import { scratchFolder } from "../helpers/scratch-folder";
import { listen, ofType } from "./helpers/agent";
import { REGISTERED, SECRET, sendRequest } from "./helpers/fetch-agent";

/** A client whose registration is answered so. */
const clientWith = (registered: object) =>
  createA2AClient({
    platformUrl: PLATFORM,
    workspaceId: OWN,
    token: "t",
    fetch: async () => Response.json(registered),
  });

async function registeredClient(registered: object = REGISTERED["2026-05"]) {
  const client = clientWith(registered);
  await client.register({ url: "http://localhost:9/", agentCard: { name: "Agent" } });
  return client;
}

const request = (body: unknown, headers: Record<string, string> = { authorization: `Bearer ${SECRET}` }) =>
  new Request("http://agent.test/a2a?x=1", {
    method: "POST",
    headers: { "content-type": "application/json", "x-trace": "1", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

async function accepted(guarded: GuardedRequest): Promise<Request> {
  if (!guarded.ok) throw new Error(await guarded.response.text());
  return guarded.request;
}

describe("guardInbound", () => {
  it("hands on a request with its headers, and with parts that say `kind`", async () => {
    const guard = guardInbound(await registeredClient());
    const parts = [
      { type: "text", text: "a", metadata: { n: 1 } },
      { text: "b" },
      { file: { uri: "u" } },
      { data: 0 },
      { kind: "text", text: "c", type: "x" },
      { smell: "rose" },
      "junk",
    ];
    const handedOn = await accepted(await guard(request(sendRequest("", { parts }))));
    expect([handedOn.method, handedOn.url]).toEqual(["POST", "http://agent.test/a2a?x=1"]);
    expect(handedOn.headers.get("x-trace")).toBe("1");
    expect(((await handedOn.json()) as ReturnType<typeof sendRequest>).params).toMatchObject({
      message: {
        parts: [
          { kind: "text", text: "a", metadata: { n: 1 } },
          { kind: "text", text: "b" },
          { kind: "file", file: { uri: "u" } },
          { kind: "data", data: 0 },
          { kind: "text", text: "c", type: "x" },
          { smell: "rose" },
          "junk",
        ],
      },
    });
  });

  it.each([
    ["named parts", JSON.stringify(sendRequest("a"))],
    ["another method", '{"jsonrpc": "2.0", "id": 1, "method": "tasks/get", "params": {"id": "t"}}'],
    ["what is no request", "[1,  2]"],
    ["1.0, whose parts have no kind", JSON.stringify({ ...sendRequest("", { parts: [{ text: "a" }] }), method: "SendMessage" })],
  ])("hands on %s as it is", async (_, text) => {
    const guard = guardInbound(await registeredClient());
    expect(await (await accepted(await guard(request(text)))).text()).toBe(text);
  }); // biome-ignore format: rows

  it("refuses what is not signed, no JSON, or too large, and reports it", async () => {
    const events: AgentEvent[] = [];
    const options = { maxRequestBytes: 100, onEvent: (event: AgentEvent) => events.push(event) };
    const guard = guardInbound(await registeredClient(), options);
    const statuses = [request("{}", {}), request("{"), request(`"${"x".repeat(100)}"`)].map(async (each) => {
      const guarded = await guard(each);
      return guarded.ok || [guarded.response.status, ((await guarded.response.json()) as { error: { code: number } }).error.code];
    });
    expect(await Promise.all(statuses)).toEqual([[401, -32600], [200, -32700], [413, -32600]]);
    expect(ofType(events, "agent.request_refused").map(({ reason }) => reason).sort()).toEqual(["too-large", "unsigned"]);
  }); // biome-ignore format: rows

  it("knows the secret that a heartbeat of another process has stored, also after it has changed", async () => {
    const stateDir = await scratchFolder();
    const guard = guardInbound(clientWith({}), { stateDir });
    expect((await guard(request("{}"))).ok).toBe(false);
    const file = join(stateDir, ".platform_inbound_secret");
    await writeFile(file, "old-secret", { mode: 0o600 });
    expect((await guard(request("{}", { authorization: "Bearer old-secret" }))).ok).toBe(true);
    await writeFile(file, SECRET, { mode: 0o600 });
    expect((await guard(request("{}", { authorization: "Bearer old-secret" }))).ok).toBe(false);
    expect((await guard(request("{}"))).ok).toBe(true);
  });

  it("knows a newer secret that another process has stored, also once its client has registered", async () => {
    const stateDir = await scratchFolder();
    const guard = guardInbound(await registeredClient(), { stateDir });
    const newer = () => guard(request("{}", { authorization: "Bearer newer-secret" }));
    expect([(await guard(request("{}"))).ok, (await newer()).ok]).toEqual([true, false]);
    await writeFile(join(stateDir, ".platform_inbound_secret"), "newer-secret", { mode: 0o600 });
    expect([(await guard(request("{}"))).ok, (await newer()).ok]).toEqual([true, true]);
  });

  it("refuses where the file of the secret cannot be read", async () => {
    const stateDir = await scratchFolder();
    await mkdir(join(stateDir, ".platform_inbound_secret"));
    expect((await guardInbound(clientWith({}), { stateDir })(request("{}"))).ok).toBe(false);
  });

  it("accepts unsigned requests once the platform is known to sign none", async () => {
    const client = clientWith(REGISTERED["2026-04"]);
    const guard = guardInbound(client, { stateDir: await scratchFolder() });
    expect((await guard(request("{}", {}))).ok).toBe(false);
    await client.register({ url: "http://localhost:9/", agentCard: { name: "Agent" } });
    expect((await guard(request("{}", {}))).ok).toBe(true);
  });

  it.each([
    ["options that are none", 1],
    ["an unknown option", { maxBytes: 1 }],
    ["an unknown workspace", { source: SECOND }],
    ["an unknown way to authenticate", { authenticate: "x" }],
    ["a size that is none", { maxRequestBytes: 0 }],
  ])("refuses %s", (_, options) => {
    expect(() => guardInbound(clientWith({}), options as never)).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  });
});

describe("nodeGuard", () => {
  it.each([
    ["without a body parser", []],
    ["behind express.json()", [express.json()]],
  ])("hands checked JSON on in Express %s, and answers what is refused", async (_, parsers) => {
    const app = express();
    for (const parser of parsers) app.use(parser);
    const guard = guardInbound(await registeredClient());
    app.post("/", nodeGuard(guard), (incoming, response) => void response.json(incoming.body));
    const url = await listen(app);
    const send = (authorization: string) =>
      fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", authorization },
        body: JSON.stringify(sendRequest("", { parts: [{ type: "text", text: "a" }] })),
      });
    expect(await (await send(`Bearer ${SECRET}`)).json()).toMatchObject({
      params: { message: { parts: [{ kind: "text", text: "a" }] } },
    });
    expect((await send("Bearer other")).status).toBe(401);
  });

  it("answers without a word of it when the guard fails", async () => {
    const app = express().post(
      "/",
      nodeGuard(() => Promise.reject(new Error("SENSITIVE"))),
    );
    const response = await fetch(await listen(app), { method: "POST", body: "{}" });
    expect(await response.text()).toMatch(/^(?!.*SENSITIVE).*-32603/);
  });
});
