import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeBody } from "../../src/transport/http/encoding";
import { retryAfterBodyMs } from "../../src/transport/request/retry-after";
import { failureOf } from "../helpers/failure";
import { PEER_ID, quickClient, rejectionOf, until } from "../helpers/sockets-client";
import { answerBytes, rawServer, replyJson } from "../helpers/sockets-server";

const OK = replyJson("ok");

it.each([
  { connection: "kept", headers: [] },
  { connection: "closed", headers: ["connection: close"] },
])(
  "accepts a complete reply with excess bytes behind it, on a $connection connection",
  async ({ headers }) => {
    await using server = await rawServer({
      onRequest: (socket) => socket.end(`${answerBytes(OK, headers)}and more`),
    });
    await using client = quickClient(server.url);
    await expect(client.sendA2AMessage(PEER_ID, "x")).resolves.toMatchObject({ text: "ok" });
  },
);

it.each([
  { transport: "node:http", over: {} },
  { transport: "the built-in fetch", over: { fetch: globalThis.fetch } },
])("reads the answer in a stream of events, over $transport", async ({ over }) => {
  const stream = `event: message\ndata: ${replyJson("first")}\n\ndata: ${OK}\n\n`;
  await using server = await rawServer({
    onRequest: (socket) => socket.end(answerBytes(stream, ["content-type: text/event-stream"])),
  });
  await using client = quickClient(server.url, over);
  await expect(client.sendA2AMessage(PEER_ID, "x")).resolves.toMatchObject({ text: "ok" });
});

describe("a platform URL with the wrong scheme", () => {
  const alert = Buffer.from([0x15, 3, 1, 0, 2, 2, 70]);
  const nginx = "<center>The plain HTTP request was sent to HTTPS port</center>";
  const go = "Client sent an HTTP request to an HTTPS server.\n";

  it.each([
    { server: "TLS, which answers with an alert", scheme: "http", answer: alert, told: "begin with `https://`", port: true },
    { server: "plain HTTP", scheme: "https", answer: answerBytes("hi"), told: "begin with `http://`", port: true },
    { server: "TLS behind nginx", scheme: "http", answer: answerBytes(nginx, [], "400 Bad Request"), told: "begin with `https://`", port: false },
    { server: "TLS of Go", scheme: "http", answer: answerBytes(go, [], "400 Bad Request"), told: "begin with `https://`", port: false },
  ])("is an error after one attempt, with the mend: $server", async ({ scheme, answer, told, port }) => {
    await using server = await rawServer({
      onConnection: (socket) => socket.once("data", () => socket.end(answer)),
    });
    await using client = quickClient(`${scheme}://127.0.0.1:${server.port}`);
    const error = await failureOf(client.sendA2AMessage(PEER_ID, "x"));
    expect(error).toMatchObject({ delivery: "not-sent", retryable: false, attempts: 1 });
    expect(error.message).toContain(told);
    if (port) expect(error.message).toContain("at this port");
    expect((await failureOf(client.discoverPeer(PEER_ID))).message).toContain(told);
  }); // biome-ignore format: a table reads best in rows

  it.each([
    { server: "TLS that closes the connection", script: {}, tls: true, told: "check scheme and port" },
    { server: "no HTTP at all", script: { onHead: (socket: Socket) => socket.end("SSH-2.0-x\r\n") }, tls: false, told: "does not speak HTTP" },
  ])("is suggested where it is not certain: $server", async ({ script, tls, told }) => {
    await using server = await rawServer(script, { tls });
    await using client = quickClient(`http://127.0.0.1:${server.port}`);
    const error = await failureOf(client.sendA2AMessage(PEER_ID, "x"));
    expect(error).toMatchObject({ delivery: "maybe", attempts: 3 });
    expect(error.message).toContain(told);
  }); // biome-ignore format: a table reads best in rows
});

it.each(["constructor", "__proto__"])(
  "treats the content encoding %s as an unknown one",
  async (encoding) => {
    const body = Buffer.from(OK);
    expect(await Promise.race([decodeBody(encoding, body, 1000, 200), wait(90, "hangs")])).toEqual(body);
  },
);

it.each(["gzip, gzip", "gzip"])(
  "reports the status of a response that cannot be decoded (%s)",
  async (encoding) => {
    const bytes = Buffer.concat([
      Buffer.from(answerBytes("", [`content-encoding: ${encoding}`, "content-length: 4"])),
      Buffer.from("abcd"),
    ]);
    await using server = await rawServer({ onRequest: (socket) => socket.end(bytes) });
    await using client = quickClient(server.url);
    expect(await failureOf(client.sendA2AMessage(PEER_ID, "x"))).toMatchObject({
      code: "bad_response",
      status: 200,
    });
  },
);

it("reports the status of a response that is too large after decoding", async () => {
  const body = gzipSync(Buffer.alloc(4000));
  const bytes = Buffer.concat([
    Buffer.from(answerBytes("", ["content-encoding: gzip", `content-length: ${body.length}`])),
    body,
  ]);
  await using server = await rawServer({ onRequest: (socket) => socket.end(bytes) });
  await using client = quickClient(server.url, { limits: { responseBytes: 1000 } });
  expect(await failureOf(client.sendA2AMessage(PEER_ID, "x"))).toMatchObject({
    code: "too_large",
    status: 200,
  });
});

it("limits the wait of a retry_after", () => {
  expect(retryAfterBodyMs(1e308) ?? 0).toBeLessThan(Number.POSITIVE_INFINITY);
});

it("accepts the signal of a polyfill without throwIfAborted", async () => {
  class OldSignal extends EventTarget {
    aborted = false;
    reason: unknown;
  }
  await using server = await rawServer({});
  await using client = quickClient(server.url);
  const signal = new OldSignal();
  const sent = rejectionOf(client.sendA2AMessage(PEER_ID, "x", { signal: signal as unknown as AbortSignal }));
  await until(() => server.complete === 1, "the request has arrived");
  Object.assign(signal, { aborted: true, reason: "cancelled" }).dispatchEvent(new Event("abort"));
  expect(await sent).toBe("cancelled");
});

describe("the number of attempts", () => {
  it("is 0 for a send that never got a connection", async () => {
    await using server = await rawServer({});
    await using client = quickClient(server.url, { limits: { maxConcurrentSends: 1 } });
    const holder = failureOf(client.sendA2AMessage(PEER_ID, "holder"));
    await until(() => server.complete === 1, "the slot is taken");
    expect(await failureOf(client.sendA2AMessage(PEER_ID, "queued", { budgetMs: 40 }))).toMatchObject({
      attempts: 0,
    });
    await client.close();
    await holder;
  });
});
