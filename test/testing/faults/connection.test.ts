import { once } from "node:events";
import { Agent } from "node:http";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FaultKind, startPlatform, type TestPlatform } from "../../../src/testing/index";
import { call, exchangeRaw, post } from "../helpers/exchange";

const PATH = "/workspaces/11111111-1111-4111-8111-111111111111/a2a";
const ROUTE = "POST /workspaces/:id/a2a";

let platform: TestPlatform;
beforeEach(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.close());

const port = () => Number(new URL(platform.url).port);
const fail = (kind: FaultKind) => platform.fail(ROUTE, { kind }, { times: 1 });

it("tls answers a client of TLS with a certificate that nobody trusts", async () => {
  fail("tls");
  const socket = connectTls({ port: port(), host: "127.0.0.1" });
  const [error] = await once(socket, "error");
  expect(error).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
});

it("tls completes the handshake of a client that accepts the certificate, and does not answer", async () => {
  fail("tls");
  const socket = connectTls({ port: port(), host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  expect(socket.getPeerCertificate().subject.CN).toBe("localhost");
  socket.destroy();
});

it("tls ends the connection of a client of plain HTTP", async () => {
  fail("tls");
  expect((await exchangeRaw(platform.url, post(PATH))).end).not.toBe("none");
  expect(platform.requests).toEqual([]);
});

it("reset-handshake resets when the first bytes arrive", async () => {
  fail("reset-handshake");
  const socket = connectTls({ port: port(), host: "127.0.0.1" });
  const [error] = await once(socket, "error");
  expect(error).toMatchObject({ code: "ECONNRESET" });
});

it("stall-on-accept reads nothing and sends nothing", async () => {
  fail("stall-on-accept");
  expect(await exchangeRaw(platform.url, post(PATH), { timeoutMs: 80 })).toEqual({
    bytes: Buffer.alloc(0),
    end: "none",
  });
  expect(platform.requests).toEqual([]);
});

it.each<FaultKind>(["tls", "reset-handshake"])("%s ends an open connection", async (kind) => {
  const connection = new Agent({ keepAlive: true, maxSockets: 1 });
  await call(`${platform.url}/health`, { connection });
  fail(kind);
  await expect(call(platform.url + PATH, { method: "POST", body: "{}", connection })).rejects.toMatchObject({
    code: "ECONNRESET",
  });
  connection.destroy();
});

it.each<FaultKind>(["close-reused", "reset-reused"])(
  "%s lets the first request of a connection pass and ends the second",
  async (kind) => {
    fail(kind);
    const socket = connect({ port: port(), host: "127.0.0.1" });
    socket.on("error", () => undefined);
    socket.write(post(PATH));
    const [first] = await once(socket, "data");
    expect(String(first)).toMatch(/^HTTP\/1\.1 404/);
    socket.write(post(PATH));
    await new Promise((resolve) => socket.once("close", resolve));
    expect(platform.requests).toHaveLength(1);
  },
);

it.each<[FaultKind, string]>([
  ["idle-close", "fin"],
  ["idle-reset", "reset"],
])("%s answers completely and ends the idle connection later with %s", async (kind, end) => {
  fail(kind);
  const exchange = await exchangeRaw(platform.url, post(PATH));
  expect(exchange.bytes.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*"ok"/);
  expect(exchange.end).toBe(end);
});

it("early-401 answers before the body and reads the rest", async () => {
  fail("early-401");
  const answer = await call(platform.url + PATH, { method: "POST", body: "x".repeat(4 * 2 ** 20) });
  expect(answer).toMatchObject({ status: 401, json: { error: "admin auth required" } });
  expect(platform.requests).toEqual([]);
});
