import { Agent } from "node:http";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FaultKind, manualClock, startPlatform, type TestPlatform } from "../../../src/testing/index";
import { call, exchangeRaw, headOf, post, type RawExchange, type ReadOptions } from "../helpers/exchange";

const PATH = "/workspaces/11111111-1111-4111-8111-111111111111/a2a";
const ROUTE = "POST /workspaces/:id/a2a";

let platform: TestPlatform;
beforeEach(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.close());

function sendWithFault(kind: FaultKind, bytes = post(PATH), options?: ReadOptions): Promise<RawExchange> {
  platform.fail(ROUTE, { kind }, { times: 1 });
  return exchangeRaw(platform.url, bytes, options);
}

// Only silence needs a timeout; every other ending is an event.
const BRIEFLY: ReadOptions = { timeoutMs: 80 };
const until = (end: RawExchange["end"], silence = BRIEFLY): ReadOptions => (end === "none" ? silence : {});
// A busy machine may need long for the first byte.
const UNTIL_QUIET: ReadOptions = { quietMs: 80 };

const UNTIL_DRIPPED: ReadOptions = { isComplete: (seen) => seen.toString().endsWith("aaa") };

const bodyIn = (bytes: Buffer) => bytes.subarray(bytes.indexOf("\r\n\r\n") + 4);
const headIn = (bytes: Buffer) => bytes.subarray(0, bytes.indexOf("\r\n\r\n") + 4).toString("latin1");
const contentLength = (bytes: Buffer) => Number(/content-length: (\d+)/.exec(headIn(bytes))?.[1]);
const UNTIL_BODY: ReadOptions = { isComplete: (seen) => bodyIn(seen).length >= contentLength(seen) };

describe("faults at the connection", () => {
  it("reset-on-accept resets before anything is read", async () => {
    expect(await sendWithFault("reset-on-accept")).toEqual({ bytes: Buffer.alloc(0), end: "reset" });
    expect(platform.requests).toEqual([]);
  });

  it("close-on-accept ends the connection before anything is read", async () => {
    expect(await sendWithFault("close-on-accept", "")).toEqual({ bytes: Buffer.alloc(0), end: "fin" });
    expect(platform.requests).toEqual([]);
  });

  it("banner sends a banner first and then nothing", async () => {
    const { bytes, end } = await sendWithFault("banner", "", UNTIL_QUIET);
    expect(bytes.toString()).toMatch(/^SSH-2\.0-\S+\r\n$/);
    expect(end).toBe("none");
  });

  it("apply to an open connection when the next request to the route arrives on it", async () => {
    const connection = new Agent({ keepAlive: true, maxSockets: 1 });
    await call(`${platform.url}/health`, { connection });
    platform.fail(ROUTE, { kind: "reset-on-accept" }, { times: 1 });
    expect((await call(`${platform.url}/health`, { connection })).status).toBe(200);
    const struck = call(platform.url + PATH, { method: "POST", body: "{}", connection });
    await expect(struck).rejects.toMatchObject({ code: "ECONNRESET" });
    expect((await call(platform.url + PATH, { method: "POST", body: "{}" })).status).toBe(404);
    expect(platform.requests.map(({ path }) => path)).toEqual(["/health", "/health", PATH]);
    connection.destroy();
  });

  it("count connections, whatever route they are for", async () => {
    platform.fail(ROUTE, { kind: "reset-on-accept" }, { times: 2 });
    const ends = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      ends.push((await exchangeRaw(platform.url, "GET /health HTTP/1.1\r\nhost: test\r\n\r\n", BRIEFLY)).end);
    }
    expect(ends).toEqual(["reset", "reset", "none"]);
  });
});

describe("refuse", () => {
  it("refuses connections until the fault is removed", async () => {
    platform.fail(ROUTE, { kind: "refuse" });
    expect((await exchangeRaw(platform.url, post(PATH))).end).toBe("refused");
    expect((await exchangeRaw(platform.url, post(PATH))).end).toBe("refused");
    platform.fail(ROUTE, { kind: "refuse" }, { times: 0 });
    expect((await call(`${platform.url}/health`)).status).toBe(200);
  });

  it("with a delay opens the same port again after that much clock time", async () => {
    const clock = manualClock();
    await using timed = await startPlatform({ clock });
    timed.fail("*", { kind: "refuse", delayMs: 5000 });
    await clock.advance(4999);
    expect((await exchangeRaw(timed.url, "")).end).toBe("refused");
    await clock.advance(1);
    expect((await call(`${timed.url}/health`)).status).toBe(200);
  });

  it("with times and no delay opens again after 100 ms of clock time, however many connections were refused", async () => {
    const clock = manualClock();
    await using timed = await startPlatform({ clock });
    timed.fail("*", { kind: "refuse" }, { times: 1 });
    expect((await exchangeRaw(timed.url, "")).end).toBe("refused");
    expect((await exchangeRaw(timed.url, "")).end).toBe("refused");
    await clock.advance(100);
    expect((await call(`${timed.url}/health`)).status).toBe(200);
  });

  it("ends open connections", async () => {
    const open = exchangeRaw(platform.url, "GET /health HTTP/1.1\r\nhost: test\r\n\r\n", {
      isComplete: (bytes) => {
        if (bytes.includes('"ok"')) platform.fail("*", { kind: "refuse" });
        return false;
      },
    });
    expect((await open).end).not.toBe("none");
  });
});

describe("faults while the request arrives are not recorded", () => {
  afterEach(() => expect(platform.requests).toEqual([]));

  it("reset-head resets after the head", async () => {
    expect(await sendWithFault("reset-head", headOf(PATH, 10))).toEqual({
      bytes: Buffer.alloc(0),
      end: "reset",
    });
  });

  it("reset-upload resets after the first bytes of the body", async () => {
    expect((await sendWithFault("reset-upload", headOf(PATH, 10), BRIEFLY)).end).toBe("none");
    platform.fail(ROUTE, { kind: "reset-upload" }, { times: 1 });
    expect((await exchangeRaw(platform.url, `${headOf(PATH, 10)}123`)).end).toBe("reset");
  });

  it("close-upload closes after the first bytes of the body", async () => {
    expect((await sendWithFault("close-upload", `${headOf(PATH, 10)}123`)).end).toBe("fin");
  });

  it("stall-upload never reads, so that a large upload stalls", async () => {
    platform.fail(ROUTE, { kind: "stall-upload" });
    const socket = connect(Number(new URL(platform.url).port), "127.0.0.1");
    const size = 32 * 2 ** 20;
    socket.write(post(PATH, "x".repeat(size)));
    await new Promise((resolve) => setTimeout(resolve, 80));
    const unsent = socket.writableLength;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(unsent).toBeGreaterThan(0);
    expect(socket.writableLength).toBe(unsent);
    expect(socket.bytesRead).toBe(0);
    socket.destroy();
  });

  it("early-413 responds before the body and closes", async () => {
    const { bytes, end } = await sendWithFault("early-413", headOf(PATH, 10));
    expect(bytes.toString()).toMatch(/^HTTP\/1\.1 413 /);
    expect(end).toBe("fin");
  });
});

describe("faults after the whole request are recorded", () => {
  afterEach(() => expect(platform.requests).toHaveLength(1));

  it.each<[FaultKind, RawExchange["end"]]>([
    ["reset", "reset"],
    ["close", "fin"],
    ["stall", "none"],
  ])("%s sends no byte and ends with %s", async (kind, end) => {
    expect(await sendWithFault(kind, post(PATH), until(end))).toEqual({ bytes: Buffer.alloc(0), end });
  });

  it.each<[FaultKind, RawExchange["end"]]>([
    ["cut-head", "fin"],
    ["cut-head-reset", "reset"],
    ["stall-head", "none"],
  ])("%s sends half a head and ends with %s", async (kind, end) => {
    const seen = await sendWithFault(kind, post(PATH), until(end, UNTIL_QUIET));
    expect(seen.end).toBe(end);
    expect(seen.bytes.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(seen.bytes.includes("\r\n\r\n")).toBe(false);
  });

  it("drip-head sends the head one byte at a time", async () => {
    const { bytes, end } = await sendWithFault("drip-head", post(PATH), UNTIL_DRIPPED);
    expect(bytes.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\nx-drip: a+$/);
    expect(end).toBe("none");
  });

  it.each<[FaultKind, RawExchange["end"]]>([
    ["cut", "fin"],
    ["cut-reset", "reset"],
    ["stall-body", "none"],
  ])("%s sends less than its content-length and ends with %s", async (kind, end) => {
    const seen = await sendWithFault(kind, post(PATH), until(end, UNTIL_QUIET));
    expect(seen.end).toBe(end);
    expect(bodyIn(seen.bytes).length).toBeGreaterThan(0);
    expect(bodyIn(seen.bytes).length).toBeLessThan(contentLength(seen.bytes));
  });

  it.each<[FaultKind, RawExchange["end"]]>([
    ["cut-chunked", "fin"],
    ["cut-chunked-reset", "reset"],
  ])("%s sends one chunk without the last one and ends with %s", async (kind, end) => {
    const seen = await sendWithFault(kind, post(PATH), until(end));
    expect(seen.end).toBe(end);
    expect(headIn(seen.bytes)).toContain("transfer-encoding: chunked");
    expect(bodyIn(seen.bytes).toString()).toMatch(/^14\r\n.{20}\r\n$/);
  });

  it("cut-close-delimited is complete for HTTP and not JSON", async () => {
    const { bytes, end } = await sendWithFault("cut-close-delimited");
    expect(end).toBe("fin");
    expect(headIn(bytes)).not.toMatch(/content-length|transfer-encoding/);
    expect(bodyIn(bytes).toString()).toMatch(/^\{"jsonrpc"/);
    expect(() => JSON.parse(bodyIn(bytes).toString())).toThrow();
  });

  it("drip sends the body one byte at a time", async () => {
    const { bytes, end } = await sendWithFault("drip", post(PATH), UNTIL_DRIPPED);
    expect(bodyIn(bytes).toString()).toMatch(/"result":"a+$/);
    expect(end).toBe("none");
  });

  it("garbage sends 64 bytes that are not HTTP", async () => {
    const { bytes, end } = await sendWithFault("garbage");
    expect(bytes).toHaveLength(64);
    expect(bytes[0]).toBe(0);
    expect(end).toBe("fin");
  });

  it.each<[FaultKind, RegExp]>([
    ["bad-chunk", /\r\nzz\r\n$/],
    ["extra-bytes", /\}and more$/],
    ["http09", /^\{"jsonrpc".*\}$/],
    ["dup-length", /content-length: \d+\r\ncontent-length: 7\r\n/],
    ["length-and-chunked", /content-length: \d+\r\ntransfer-encoding: chunked\r\n/],
    ["big-header", /x-big: a{20000}\r\n/],
    ["bad-header", /x-bad: a\0b\r\n/],
    ["lf-only", /^HTTP\/1\.1 200 OK\n[^\r]*$/],
    ["unasked-101", /^HTTP\/1\.1 101 Switching Protocols\r\n/],
    ["continue", /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/],
    ["early-hints", /^HTTP\/1\.1 103 Early Hints\r\n[\s\S]*\r\n\r\nHTTP\/1\.1 200 OK\r\n/],
  ])("%s writes bytes like %s and closes", async (kind, pattern) => {
    const { bytes, end } = await sendWithFault(kind);
    expect(bytes.toString("latin1")).toMatch(pattern);
    expect(end).toBe("fin");
  });

  it("http2 writes a settings frame", async () => {
    expect((await sendWithFault("http2")).bytes).toEqual(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  });

  it("many-headers writes 100,000 headers", async () => {
    const { bytes } = await sendWithFault("many-headers");
    expect(headIn(bytes).split("\r\n").length).toBeGreaterThan(100_000);
  });

  it("continue-flood never sends a final response", async () => {
    const { bytes, end } = await sendWithFault("continue-flood", post(PATH), {
      isComplete: (seen) => seen.length > 2 ** 20,
    });
    expect(end).toBe("none");
    expect(bytes.toString().replaceAll("HTTP/1.1 100 Continue\r\n\r\n", "").length).toBeLessThan(30);
  });

  it("huge has a content-length of 200 MB and sends JSON no faster than it is read", async () => {
    const { bytes } = await sendWithFault("huge", post(PATH), { isComplete: (s) => s.length > 2 ** 20 });
    expect(contentLength(bytes)).toBeGreaterThan(200_000_000);
    expect(bodyIn(bytes).toString()).toMatch(/^\{"jsonrpc":"2\.0","id":null,"result":"a+$/);
  });

  it("huge-chunked has no content-length and no end", async () => {
    const { bytes, end } = await sendWithFault("huge-chunked", post(PATH), {
      isComplete: (seen) => seen.length > 4 * 2 ** 20,
    });
    expect(headIn(bytes)).toContain("transfer-encoding: chunked");
    expect(end).toBe("none");
  });

  it.each<[FaultKind, number, string]>([
    ["garbage-json", 200, "application/json"],
    ["empty", 200, "application/json"],
    ["html", 200, "text/html"],
    ["redirect", 302, ""],
  ])("%s is a well-formed response with status %i", async (kind, status, type) => {
    platform.fail(ROUTE, { kind });
    const answer = await call(platform.url + PATH, { method: "POST", body: "{}" });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"] ?? "").toBe(type);
    expect(answer.json).toBeUndefined();
    if (kind === "empty") expect(answer.text).toBe("");
    if (kind === "redirect") expect(answer.headers.location).toBe("http://elsewhere.invalid/");
  });

  it("huge-gzip compresses 200 MB of JSON into 200 kB", async () => {
    const { bytes } = await sendWithFault("huge-gzip", post(PATH), UNTIL_BODY);
    expect(bodyIn(bytes).length).toBeLessThan(300_000);
    const unpacked = gunzipSync(bodyIn(bytes));
    expect(unpacked.length).toBeGreaterThan(200_000_000);
    expect(unpacked.subarray(0, 40).toString()).toMatch(/^\{"jsonrpc"/);
    expect(unpacked.subarray(-3).toString()).toBe('a"}');
  });

  it.each<[FaultKind, RegExp]>([
    ["cut-gzip", /unexpected end of file/],
    ["garbage-gzip", /incorrect header check/],
  ])("%s cannot be decompressed", async (kind, reason) => {
    const { bytes } = await sendWithFault(kind, post(PATH), UNTIL_BODY);
    expect(headIn(bytes)).toContain("content-encoding: gzip");
    expect(() => gunzipSync(bodyIn(bytes))).toThrow(reason);
  });
});

it.each<FaultKind>(["drip", "drip-head", "huge", "huge-chunked", "continue-flood", "stall-body"])(
  "%s leaves the platform running when the client closes or resets",
  async (kind) => {
    platform.fail(ROUTE, { kind });
    for (const leave of ["end", "destroy", "resetAndDestroy"] as const) {
      const socket = connect({ port: Number(new URL(platform.url).port), host: "127.0.0.1" });
      socket.on("error", () => undefined);
      socket.write(post(PATH));
      await new Promise((resolve) => socket.once("data", resolve));
      socket.pause()[leave]();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await call(`${platform.url}/health`)).status).toBe(200);
  },
);

it("serves the next request after a fault", async () => {
  platform.fail(ROUTE, { kind: "stall" }, { times: 1 });
  await exchangeRaw(platform.url, post(PATH), { timeoutMs: 20 });
  expect((await call(`${platform.url}/health`)).json).toEqual({ status: "ok" });
});
