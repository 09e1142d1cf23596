import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { type Answer, call, messageBody, send } from "../helpers/exchange";

const NOBODY = "99999999-9999-4999-8999-999999999999";

let platform: TestPlatform;
let me: TestWorkspace;
const servers: Server[] = [];
beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace({ name: "Me" });
});
afterEach(async () => {
  await platform.close();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function startAgent(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/agent`;
}

const nested = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

describe("the checks before a message is dispatched", () => {
  it.each(["webhook:x", "system:x", "test:x", "channel:x"])("refuse the reserved caller %s", async (id) => {
    expect(await send(platform, { ...me, id }, { id: NOBODY })).toMatchObject({
      status: 403,
      json: { error: "invalid caller ID" },
    });
  });

  it("answer 500 to a target that is not a UUID, after the access check", async () => {
    expect(await send(platform, null, { id: "xyz" })).toMatchObject({
      status: 500,
      json: { error: "lookup failed" },
    });
    expect((await send(platform, me, { id: "xyz" })).status).toBe(403);
  });

  it("require the token of a caller that states its id", async () => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    expect(await send(platform, { ...me, token: null }, peer)).toMatchObject({
      status: 401,
      json: { error: "missing caller auth token" },
    });
    expect(await send(platform, { ...me, token: "wrong" }, peer)).toMatchObject({
      status: 401,
      json: { error: "invalid caller auth token" },
    });
    expect(await send(platform, { ...me, token: peer.token }, peer)).toMatchObject({ status: 401 });
    expect(peer.received).toEqual([]);
  });

  it("pass a caller without a live token", async () => {
    const bare = platform.addWorkspace({ token: null });
    const peer = platform.addWorkspace({ reply: () => "hi" });
    expect((await send(platform, bare, peer)).status).toBe(200);
  });

  it("refuse a workspace outside the hierarchy, and an unknown one", async () => {
    const stranger = platform.addWorkspace({ parentId: NOBODY, reply: () => "hi" });
    const error = "access denied: workspaces cannot communicate per hierarchy rules";
    expect(await send(platform, me, stranger)).toMatchObject({ status: 403, json: { error } });
    expect(await send(platform, me, { id: NOBODY })).toMatchObject({ status: 403, json: { error } });
  });

  it("require no token of a human, nor for a message to oneself", async () => {
    const stranger = platform.addWorkspace({ parentId: NOBODY, reply: () => "hi" });
    expect((await send(platform, null, stranger)).status).toBe(200);
    expect((await send(platform, { ...stranger, token: null }, stranger)).status).toBe(200);
    expect(stranger.received.map(({ from }) => from)).toEqual([null, stranger.id]);
  });

  it("answer 404 to a human for an unknown workspace", async () => {
    expect(await send(platform, null, { id: NOBODY })).toMatchObject({
      status: 404,
      json: { error: "workspace not found" },
    });
  });

  it.each(["provisioning", "offline", "paused", "failed", "awaiting_agent", "removed"])(
    "answer 503 for a workspace that is %s",
    async (status) => {
      for (const agent of [{}, { reply: () => "hi" }]) {
        const peer = platform.addWorkspace({ status, ...agent });
        expect(await send(platform, me, peer)).toMatchObject({
          status: 503,
          json: { error: "workspace has no URL", status },
        });
      }
    },
  );

  it.each([
    ["2026-04", 503, "workspace has no URL"],
    ["2026-05", 400, "invalid JSON"],
  ] as const)(
    "in %s answer %i to a body that is not JSON for a workspace without an agent",
    async (version, status, error) => {
      await using other = await startPlatform({ version });
      const peer = other.addWorkspace({ status: "offline" });
      expect(await send(other, null, peer, "oops")).toMatchObject({ status, json: { error } });
    },
  );

  it("pass a message to the URL of an offline agent", async () => {
    const url = await startAgent((_request, response) => response.end("{}"));
    expect((await send(platform, me, platform.addWorkspace({ status: "offline", url }))).status).toBe(200);
  });

  it("answer that a hibernated workspace is waking", async () => {
    const answer = await send(
      platform,
      me,
      platform.addWorkspace({ status: "hibernated", reply: () => "hi" }),
    );
    expect(answer).toMatchObject({ status: 503, json: { waking: true, retry_after: 15 } });
    expect(answer.json).toMatchObject({
      error: expect.stringMatching(/^workspace is waking from hibernation — /),
    });
    expect(answer.headers["retry-after"]).toBe("15");
  });

  it.each([
    ["http://169.254.169.254/", "saas"],
    ["http://[::ffff:169.254.169.254]/", "saas"],
    ["http://0.0.0.0:9/", "saas"],
    ["http://[fe80::1]/", "saas"],
    ["http://10.0.0.1/", "self-hosted"],
    ["ftp://127.0.0.1/", "self-hosted"],
  ] as const)("refuse the blocked URL %s (%s)", async (url, deployMode) => {
    await using strict = await startPlatform({ deployMode });
    const peer = strict.addWorkspace({ url });
    expect(await send(strict, null, peer)).toMatchObject({
      status: 502,
      json: { error: "workspace URL is not publicly routable" },
    });
  });

  it.each(["oops", "", "[]", "nullx", '"text"', "1"])("refuse the body %o", async (body) => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    expect(await send(platform, me, peer, body)).toMatchObject({
      status: 400,
      json: { error: "invalid JSON" },
    });
  });

  it("take the body null for an object without keys", async () => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    expect(await send(platform, me, peer, "null")).toMatchObject({ status: 200 });
    expect(peer.received[0]?.body).toEqual({
      jsonrpc: "2.0",
      id: expect.any(String),
      method: null,
      params: null,
    });
  });

  it("refuse a body of more than 10,000 levels", async () => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    expect(await send(platform, me, peer, nested(10_001))).toMatchObject({ status: 400 });
  });

  it("pass a body of 10,000 levels to the agent, and to the activity", async () => {
    const bodies: string[] = [];
    const url = await startAgent(async (request, response) => {
      bodies.push(await text(request));
      response.end("{}");
    });
    const peer = platform.addWorkspace({ url });
    const body = `{"jsonrpc":"2.0","a\\"b":[1,{"c":null,"d":[]}],"params":${nested(9_999)}}`;
    expect((await send(platform, me, peer, body)).status).toBe(200);
    expect(bodies).toEqual([body]);
    const path = `${platform.url}/workspaces/${peer.id}/activity`;
    const activity = await call(path, { headers: { authorization: `Bearer ${peer.token}` } });
    expect(activity.status).toBe(200);
    expect(activity.text).toContain(`"request_body":${body}`);
  });

  it("pass brackets within a text, however many", async () => {
    const peer = platform.addWorkspace({ reply: ({ text }) => String(text.length) });
    const answer = await send(platform, me, peer, messageBody("[{".repeat(20_000)));
    expect(answer.text).toContain('"40000"');
  });

  it("take the first of two caller ids", async () => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    const headers = { "x-workspace-id": `${me.id}, ${peer.id}`, authorization: `Bearer ${me.token}` };
    const url = `${platform.url}/workspaces/${peer.id}/a2a`;
    expect((await call(url, { method: "POST", headers, body: messageBody() })).status).toBe(200);
    expect(peer.received[0]?.from).toBe(me.id);
  });

  it("compare the owner of a token as text, and the target as an id", async () => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    const shouting = { ...me, id: me.id.toUpperCase() };
    expect(await send(platform, shouting, peer)).toMatchObject({
      status: 401,
      json: { error: "invalid caller auth token" },
    });
    const spellings = [peer.id.toUpperCase(), peer.id.replaceAll("-", ""), `{${peer.id}}`];
    for (const id of spellings) expect((await send(platform, me, { id })).status).toBe(200);
    expect(peer.received).toHaveLength(spellings.length);
  });

  it.each([
    ["2026-04", 200],
    ["2026-05", 503],
  ] as const)("in %s answer %i for a removed workspace with a URL", async (version, status) => {
    await using other = await startPlatform({ version });
    const url = await startAgent((_request, response) => response.end("{}"));
    const sender = other.addWorkspace();
    const gone = other.addWorkspace({ url, status: "removed" });
    expect((await send(other, sender, gone)).status).toBe(status);
    const headers = { "x-workspace-id": sender.id, authorization: `Bearer ${sender.token}` };
    expect((await call(`${other.url}/registry/discover/${gone.id}`, { headers })).status).toBe(status);
  });

  it("pass a message to the agent of a poll-mode workspace in 2026-04, which has no such mode", async () => {
    await using earlier = await startPlatform({ version: "2026-04" });
    const peer = earlier.addWorkspace({ deliveryMode: "poll", reply: () => "hi" });
    expect((await send(earlier, null, peer)).text).toContain('"hi"');
  });

  it("pass a body of one mebibyte and truncate a longer one", async () => {
    const peer = platform.addWorkspace({ reply: ({ text }) => String(text.length) });
    const overhead = JSON.stringify(messageBody("")).length;
    const room = 2 ** 20 - overhead;
    expect((await send(platform, me, peer, messageBody("x".repeat(room)))).text).toContain(`"${room}"`);
    expect(await send(platform, me, peer, messageBody("x".repeat(room + 1)))).toMatchObject({
      status: 400,
      json: { error: "invalid JSON" },
    });
  });
});

describe("the message that an agent gets", () => {
  const receivedOf = async (body: unknown) => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    await send(platform, me, peer, body);
    return peer.received[0];
  };

  it("has its sender, its text and its id", async () => {
    expect(await receivedOf(messageBody("hello", "m-7"))).toEqual({
      from: me.id,
      text: "hello",
      messageId: "m-7",
      body: messageBody("hello", "m-7"),
    });
  });

  it("has the text of all text parts, whichever field names their type", async () => {
    const parts = [
      { kind: "text", text: "a" },
      { type: "text", text: "b" },
      { text: "c" },
      { kind: "data", data: {}, text: "not this" },
      { kind: "text" },
      null,
    ];
    expect(await receivedOf({ jsonrpc: "2.0", params: { message: { parts } } })).toMatchObject({
      text: "abc",
    });
  });

  it("gets an envelope, which keeps only method and params", async () => {
    const { method, params } = messageBody();
    const received = await receivedOf({ id: "mine", extra: 1, method, params });
    expect(received?.body).toEqual({
      jsonrpc: "2.0",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      method,
      params,
    });
    expect((await receivedOf({ parts: [] }))?.body).toMatchObject({ method: null, params: null });
  });

  it("gets a messageId where the key is missing, and only there", async () => {
    const idOf = async (message: object) =>
      (await receivedOf({ jsonrpc: "2.0", params: { message } }))?.messageId;
    expect(await idOf({ role: "user" })).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf({ messageId: "" })).toBe("");
    expect((await receivedOf({ jsonrpc: "2.0", params: { message: { messageId: null } } }))?.body).toEqual({
      jsonrpc: "2.0",
      params: { message: { messageId: null } },
    });
  });

  it("sets the time of the sender's last message", async () => {
    await receivedOf(messageBody());
    expect((await call(`${platform.url}/workspaces/${me.id}`)).json).toMatchObject({
      last_outbound_at: expect.stringMatching(/^\d{4}-/),
    });
  });
});

describe("a reply", () => {
  const answerTo = async (reply: () => unknown) =>
    await send(platform, me, platform.addWorkspace({ reply: reply as () => string }));

  it("that is a string becomes a message with one text part", async () => {
    expect(await answerTo(async () => "hi")).toMatchObject({
      status: 200,
      json: {
        jsonrpc: "2.0",
        id: "rpc-1",
        result: {
          kind: "message",
          role: "agent",
          messageId: expect.any(String),
          parts: [{ kind: "text", text: "hi" }],
        },
      },
    });
  });

  it("that is an object becomes the result", async () => {
    const task = { kind: "task", id: "t", status: { state: "working" } };
    expect((await answerTo(() => task)).json).toEqual({ jsonrpc: "2.0", id: "rpc-1", result: task });
    expect((await answerTo(() => ["a"])).json).toEqual({ jsonrpc: "2.0", id: "rpc-1", result: ["a"] });
  });

  it("with its own jsonrpc is sent unchanged", async () => {
    const whole = { jsonrpc: "2.0", id: 7, error: { code: -32001, message: "no such task" } };
    expect((await answerTo(() => whole)).json).toEqual(whole);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("out of paper");
      },
      "out of paper",
    ],
    ["returns nothing", () => undefined, "Expected `reply` to return a string or an object, got `undefined`"],
    ["is no JSON", () => ({ big: 1n }), "Do not know how to serialize a BigInt"],
  ])("that %s is a JSON-RPC error with status 200", async (_name, reply, message) => {
    expect(await answerTo(reply)).toMatchObject({
      status: 200,
      json: { jsonrpc: "2.0", id: "rpc-1", error: { code: -32603, message } },
    });
  });
});

describe("a real agent", () => {
  const ask = async (listener: RequestListener) => {
    const peer = platform.addWorkspace({ url: await startAgent(listener) });
    return { peer, answer: await send(platform, me, peer) };
  };

  it("gets the JSON-RPC body at exactly its URL, signed by the platform, and nothing of the caller's headers", async () => {
    let seen: unknown;
    const { peer } = await ask((request, response) => {
      const { authorization, "x-workspace-id": caller, "content-type": type } = request.headers;
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        seen = {
          path: request.url,
          method: request.method,
          authorization,
          caller,
          type,
          body: JSON.parse(body),
        };
        response.end("{}");
      });
    });
    expect(seen).toEqual({
      path: "/agent",
      method: "POST",
      authorization: `Bearer ${peer.inboundSecret}`,
      caller: undefined,
      type: "application/json",
      body: messageBody(),
    });
    expect(peer.received).toHaveLength(1);
  });

  it("gets a success passed on byte for byte", async () => {
    const odd = '{ "jsonrpc":"2.0",  "result": 1e2 }\n';
    const { answer } = await ask((_request, response) => response.writeHead(201).end(odd));
    expect(answer).toMatchObject({ status: 201, text: odd });
    expect(answer.headers["content-type"]).toBe("application/json");
  });

  it.each([
    [418, '{"error":"no coffee","more":1}', "no coffee"],
    [500, '{"jsonrpc":"2.0","error":{"code":-32603,"message":"lost"}}', "Internal Server Error"],
    [404, "<html>", "Not Found"],
    [302, "", "Found"],
  ])(
    "that responds with %i gets its status and only a string error passed on",
    async (status, body, error) => {
      const { answer } = await ask((_request, response) => response.writeHead(status).end(body));
      expect(answer.status).toBe(status);
      expect(answer.json).toEqual({ error });
    },
  );

  it("gets a response without a body passed on", async () => {
    const { answer } = await ask((_request, response) => response.writeHead(204).end());
    expect(answer).toMatchObject({ status: 204, text: "" });
  });

  it("that refuses connections or does not speak HTTP is unreachable", async () => {
    const noHttp = createTcpServer((socket) => socket.end("SSH-2.0-x\r\n")).listen(0, "127.0.0.1");
    await new Promise((resolve) => noHttp.once("listening", resolve));
    const port = (noHttp.address() as AddressInfo).port;
    for (const url of ["http://127.0.0.1:1/", `http://127.0.0.1:${port}/`]) {
      const peer = platform.addWorkspace({ url });
      expect(await send(platform, me, peer)).toMatchObject({
        status: 502,
        json: { error: "failed to reach workspace agent" },
      });
    }
    noHttp.close();
  });

  it("that resets the connection has its message queued, once for each messageId", async () => {
    const url = await startAgent((request) => request.socket.resetAndDestroy());
    const peer = platform.addWorkspace({ url });
    const first = await send(platform, me, peer, messageBody("a", "m-1"));
    const again = await send(platform, me, peer, messageBody("a", "m-1"));
    const second = await send(platform, me, peer, messageBody("b", "m-2"));
    expect(first).toMatchObject({ status: 202, json: { queued: true, queue_depth: 1 } });
    expect(first.json).toMatchObject({ queue_id: expect.any(String), message: expect.any(String) });
    expect(again.json).toEqual(first.json);
    expect(second.json).toMatchObject({ queue_depth: 2 });
    expect(peer.received).toHaveLength(3);
  });

  it("that closes without a response has its message queued", async () => {
    const { answer } = await ask((request) => request.socket.end());
    expect(answer.status).toBe(202);
  });

  it.each([
    ["a success", 200, true],
    ["a failure", 500, false],
  ])(
    "that resets within the body of %s is answered with 502, and not queued",
    async (_name, status, delivered) => {
      const { answer } = await ask((request, response) => {
        response.writeHead(status, { "content-length": 100 }).write("{");
        setTimeout(() => request.socket.resetAndDestroy(), 20);
      });
      expect(answer).toMatchObject({
        status: 502,
        json: { error: "failed to read agent response", delivery_confirmed: delivered },
      });
    },
  );

  it.each([
    ["a success", 200, true],
    ["a failure", 500, false],
  ])("that closes within the body of %s is answered with 502", async (_name, status, delivered) => {
    const { answer } = await ask((_request, response) => {
      response.writeHead(status, { "content-length": 100 }).write("{", () => response.destroy());
    });
    expect(answer).toMatchObject({
      status: 502,
      json: { error: "failed to read agent response", delivery_confirmed: delivered },
    });
  });

  it.each([
    ["2026-05", 307, 307, undefined],
    ["2026-04", 307, 200, "POST"],
    ["2026-04", 302, 200, "GET"],
  ] as const)("in %s with the redirect %i is answered with %i", async (version, redirect, status, method) => {
    await using other = await startPlatform({ version });
    const seen: (string | undefined)[] = [];
    const url = await startAgent((request, response) => {
      seen.push(request.method);
      if (request.url === "/agent") response.writeHead(redirect, { location: "/moved" }).end();
      else request.pipe(response);
    });
    const answer = await send(other, null, other.addWorkspace({ url }));
    expect(answer.status).toBe(status);
    expect(seen).toEqual(method === undefined ? ["POST"] : ["POST", method]);
    if (method !== undefined) expect(answer.json).toEqual(method === "POST" ? messageBody() : undefined);
  });

  it("is unreachable after ten redirects", async () => {
    await using earlier = await startPlatform({ version: "2026-04" });
    let count = 0;
    const url = await startAgent((_request, response) => {
      count += 1;
      response.writeHead(308, { location: "/again" }).end();
    });
    expect((await send(earlier, null, earlier.addWorkspace({ url }))).status).toBe(502);
    expect(count).toBe(11);
  });

  it("has a response of more than 10 MiB truncated without an error", async () => {
    const { answer } = await ask((_request, response) => response.end(`"${"x".repeat(11 * 2 ** 20)}"`));
    expect(answer.status).toBe(200);
    expect(answer.text).toHaveLength(10 * 2 ** 20);
  });
});

it.each(["reply", "url"])("queues a message whose %s does not respond for 300 s", async (kind) => {
  const clock = manualClock();
  await using timed = await startPlatform({ clock });
  const never = () => new Promise<string>(() => undefined);
  const peer = timed.addWorkspace(
    kind === "reply" ? { reply: never } : { url: await startAgent(() => undefined) },
  );
  const answer = send(timed, null, peer);
  while (peer.received.length === 0) await new Promise(setImmediate);
  await clock.advance(300_000);
  expect(await answer).toMatchObject({ status: 202, json: { queued: true } });
});

it("states the charset of the platform's own JSON, and not that of a reply", async () => {
  const peer = platform.addWorkspace({ reply: () => "hi" });
  const typeOf = ({ headers }: Answer) => headers["content-type"];
  expect(typeOf(await send(platform, me, peer))).toBe("application/json");
  const own = "application/json; charset=utf-8";
  expect(typeOf(await send(platform, { ...me, token: null }, peer))).toBe(own);
  expect(typeOf(await send(platform, me, { id: NOBODY }))).toBe(own);
  expect(typeOf(await call(`${platform.url}/health`))).toBe(own);
  expect(typeOf(await call(`${platform.url}/workspaces/${NOBODY}`))).toBe(own);
});

it("responds queued and busy as a test's faults say", async () => {
  const route = "POST /workspaces/:id/a2a";
  platform.fail(route, { status: 202, body: { queued: true, queue_id: "q" } }, { times: 1 });
  platform.fail(route, { status: 503, headers: { "Retry-After": "30" }, body: { busy: true } }, { times: 1 });
  const peer = platform.addWorkspace({ reply: () => "hi" });
  expect(await send(platform, me, peer)).toMatchObject({ status: 202, json: { queue_id: "q" } });
  expect(await send(platform, me, peer)).toMatchObject({ status: 503, json: { busy: true } });
});
