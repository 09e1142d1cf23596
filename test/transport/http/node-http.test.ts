import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type NodeRequest, nodeHttp, parseOrigin } from "../../../src/transport/http/node-http";
import type { AttemptLimits } from "../../../src/transport/response";
import { rejectionOf, until } from "../../helpers/sockets-client";
import { virtualClock } from "../../helpers/sockets-clock";
import { answerBytes, answering, rawServer } from "../../helpers/sockets-server";

const HOUR_MS = 3_600_000;
const LARGE_BODY = "x".repeat(16 * 2 ** 20);

function requestOf(limits: Partial<AttemptLimits> = {}, body = "{}"): NodeRequest {
  return {
    path: "/",
    method: "POST",
    headers: {},
    body,
    limits: {
      limitMs: HOUR_MS,
      maxBytes: 2 ** 20,
      background: false,
      onCancel: () => undefined,
      ...limits,
    },
    agent: undefined,
    onConnectionFree: () => undefined,
  };
}

describe("the limits of an attempt of one hour", () => {
  it("are thirty seconds for the connection, TLS included", async () => {
    await using server = await rawServer({});
    const clock = virtualClock();
    const failure = rejectionOf(
      nodeHttp(parseOrigin(`https://127.0.0.1:${server.port}/`), requestOf(), clock),
    );
    await until(() => server.connections === 1, "the connection is open");

    await clock.advance(29_999);
    expect(clock.pending).toBeGreaterThan(0);
    await clock.advance(1);

    expect(await failure).toMatchObject({ kind: "connect_timeout", phase: "connecting" });
    expect(clock.pending).toBe(0);
  });

  it("are thirty seconds for writing the request", async () => {
    await using server = await rawServer({ onConnection: (socket: Socket) => socket.pause() });
    const clock = virtualClock();
    const failure = rejectionOf(nodeHttp(parseOrigin(server.url), requestOf({}, LARGE_BODY), clock));
    await until(() => server.connections === 1, "the connection is open");
    // The client's side of the connection may be established a moment later.
    await wait(20);

    await clock.advance(30_000);

    expect(await failure).toMatchObject({ kind: "write_timeout", phase: "sent" });
    expect(server.complete).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("are the whole hour for the response", async () => {
    await using server = await rawServer({});
    const clock = virtualClock();
    const failure = rejectionOf(nodeHttp(parseOrigin(server.url), requestOf(), clock));
    await until(() => server.complete === 1 && clock.pending === 1, "the request has arrived");

    await clock.advance(HOUR_MS - 1);
    expect(clock.pending).toBe(1);
    await clock.advance(1);

    expect(await failure).toMatchObject({ kind: "read_timeout", phase: "sent" });
  });
});

it.each([
  ["http://platform:8080", { secure: false, hostname: "platform", port: "8080", host: "platform:8080" }],
  [
    "https://platform.example/base",
    { secure: true, hostname: "platform.example", port: "", host: "platform.example" },
  ],
  ["http://[::1]:8080", { secure: false, hostname: "::1", port: "8080", host: "[::1]:8080" }],
])("parses the origin of %s", (url, origin) => {
  expect(parseOrigin(url)).toMatchObject(origin);
});

it("sends the length of a body in bytes", async () => {
  await using server = await rawServer(answering());
  await nodeHttp(parseOrigin(server.url), requestOf({}, '{"text":"häppy 👋"}'), virtualClock());
  await nodeHttp(parseOrigin(server.url), { ...requestOf(), method: "GET", body: undefined }, virtualClock());
  expect(server.bodies).toEqual(['{"text":"häppy 👋"}', ""]);
});

it("returns headers by their lower-case name, and the first of several", async () => {
  const bytes = answerBytes("{}", ["Retry-After: 7", "Set-Cookie: a", "Set-Cookie: b"], "503 Busy");
  await using server = await rawServer({ onRequest: (socket) => socket.write(bytes) });

  const response = await nodeHttp(parseOrigin(server.url), requestOf(), virtualClock());

  expect(response.status).toBe(503);
  expect(["retry-after", "set-cookie", "x-none"].map(response.header)).toEqual(["7", "a", undefined]);
});

it("removes its timer and its cancellation callback", async () => {
  await using server = await rawServer(answering());
  const clock = virtualClock();
  const set: boolean[] = [];

  await nodeHttp(
    parseOrigin(server.url),
    requestOf({ onCancel: (callback) => set.push(callback !== undefined) }),
    clock,
  );

  expect(set).toEqual([true, false]);
  expect(clock.pending).toBe(0);
});

it("accepts a response of exactly the limit and rejects one more byte, with and without a length", async () => {
  const shapes = [
    (size: number) => answerBytes("x".repeat(size)),
    (size: number) =>
      answerBytes(`${size.toString(16)}\r\n${"x".repeat(size)}\r\n0\r\n\r\n`, ["transfer-encoding: chunked"]),
  ];
  for (const shape of shapes) {
    for (const [size, fits] of [
      [1000, true],
      [1001, false],
    ] as const) {
      await using server = await rawServer({ onRequest: (socket) => socket.end(shape(size)) });
      const fetched = nodeHttp(parseOrigin(server.url), requestOf({ maxBytes: 1000 }), virtualClock());
      if (fits) expect((await fetched).text).toHaveLength(size);
      else expect(await rejectionOf(fetched)).toMatchObject({ kind: "too_large", status: 200 });
    }
  }
});

it("rejects an invalid header with a failure", async () => {
  const request = { ...requestOf(), headers: { "x-bad": "a\nb" } };
  expect(
    await rejectionOf(nodeHttp(parseOrigin("http://127.0.0.1:1/"), request, virtualClock())),
  ).toMatchObject({
    kind: "unknown",
    phase: "connecting",
  });
});
