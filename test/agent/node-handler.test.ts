import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect } from "node:net";
import { nodeHandler } from "a2a-peers/agent";
import express from "express";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { listen } from "./helpers/agent";
import { SECRET, sendRequest, startFetchAgent } from "./helpers/fetch-agent";

const headers = { authorization: `Bearer ${SECRET}`, "content-type": "application/json" };

const post = (url: string, body: string, more: Record<string, string> = {}) =>
  fetch(url, { method: "POST", headers: { ...headers, ...more }, body });

describe("nodeHandler", () => {
  it.each([
    ["without a body parser", []],
    ["behind express.json()", [express.json()]],
    ["behind express.text()", [express.text({ type: "*/*" })]],
    ["behind express.raw()", [express.raw({ type: "*/*" })]],
    ["behind a parser of another content type", [express.urlencoded()]],
  ])("serves Express %s", async (_, parsers) => {
    const { agent } = await startFetchAgent({ onMessage: ({ text }) => `You said: ${text}` });
    const app = express();
    for (const parser of parsers) app.use(parser);
    const url = await listen(app.post("/", nodeHandler(agent)));
    const response = await post(url, JSON.stringify(sendRequest("hällo")));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject({ result: { parts: [{ text: "You said: hällo" }] } });
    expect((await post(url, "{}", { "content-type": "text/plain" })).status).toBe(415);
  });

  it("serves a route of Fastify, whose reply has the response of Node", async () => {
    const { agent } = await startFetchAgent({ onMessage: () => "done" });
    const handler = nodeHandler(agent);
    let hijacked = 0;
    const url = await listen(async (incoming, raw) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const body = JSON.parse(Buffer.concat(chunks).toString());
      const { method, url: path, headers: given } = incoming;
      handler({ method, url: path, headers: given, body }, { raw, hijack: () => { hijacked += 1; } });
    }); // biome-ignore format: one line
    const response = await post(url, JSON.stringify(sendRequest("hello")));
    expect(await response.json()).toMatchObject({ result: { parts: [{ text: "done" }] } });
    expect(hijacked).toBe(1);
  });

  it("answers a request without a body, and one whose path is no URL", async () => {
    const { agent } = await startFetchAgent({ onMessage: () => "done" });
    const url = await listen(nodeHandler(agent));
    expect((await fetch(url)).status).toBe(405);
    const { port } = new URL(url);
    const request = httpRequest({
      port,
      host: "localhost",
      path: "//[",
      method: "POST",
      headers,
      agent: false,
    });
    request.end(JSON.stringify(sendRequest("hello")));
    const [response] = await once(request, "response");
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  it("refuses a body that is too large while it comes, and ends the connection", async () => {
    const { agent } = await startFetchAgent({ onMessage: () => "done", maxRequestBytes: 1000 });
    const { port } = new URL(await listen(nodeHandler(agent)));
    const socket = connect(Number(port), "localhost");
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk;
    });
    socket.on("error", () => {});
    socket.write(
      `POST / HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${SECRET}\r\ncontent-type: application/json\r\n`,
    );
    socket.write("transfer-encoding: chunked\r\n\r\n");
    for (let count = 0; count < 3; count += 1) socket.write(`1f4\r\n${"x".repeat(500)}\r\n`);
    await once(socket, "close");
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(received).toMatch(/^connection: close/im);
  });

  it.each([
    ["a signature that is wrong", "POST", { ...headers, authorization: "Bearer other" }, 401],
    ["a content type that is wrong", "POST", { ...headers, "content-type": "text/plain" }, 415],
    ["a method that is wrong", "PUT", headers, 405],
    ["a method that no web-standard request may have", "TRACE", headers, 405],
  ])("serves the next request of a connection after %s", async (_, method, refused, status) => {
    const { agent: served } = await startFetchAgent({ onMessage: () => "done" });
    const { port } = new URL(await listen(nodeHandler(served)));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const send = async (options: RequestOptions, text: string) => {
      const request = httpRequest({ port, host: "localhost", agent, ...options });
      const response = once(request, "response");
      request.end(options.method === "TRACE" ? undefined : JSON.stringify(sendRequest(text)));
      const [incoming] = (await response) as [IncomingMessage];
      await once(incoming.resume(), "end");
      return { status: incoming.statusCode, reused: request.reusedSocket };
    };
    expect(await send({ method, headers: refused }, "x".repeat(1_000_000))).toMatchObject({ status });
    expect(await send({ method: "POST", headers }, "hello")).toEqual({ status: 200, reused: true });
  });

  it("outlives a sender that goes away within its request", async () => {
    const { agent, call } = await startFetchAgent({ onMessage: () => "done" });
    const handler = nodeHandler(agent);
    let closed: Promise<unknown> | undefined;
    const { port } = new URL(
      await listen((request, response) => {
        closed = once(response, "close");
        handler(request, response);
      }),
    );
    const socket = connect(Number(port), "localhost");
    socket.write(
      `POST / HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${SECRET}\r\ncontent-type: application/json\r\n`,
    );
    socket.write("content-length: 100\r\n\r\n{");
    await vi.waitFor(() => expect(closed).toBeDefined());
    socket.destroy();
    await closed;
    expect((await call(sendRequest("hello"))).result).toBeDefined();
  });

  it("answers without a word of it when what it serves fails", async () => {
    const url = await listen(nodeHandler({ fetch: () => Promise.reject(new Error("SENSITIVE")) }));
    const response = await post(url, "{}");
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: { code: -32603 } });
    expect(text).not.toContain("SENSITIVE");
  });
});
