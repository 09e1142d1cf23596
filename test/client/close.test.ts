import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { A2AClient } from "a2a-peers";
import { describe, expect, it, vi } from "vitest";
import { failureOf } from "../helpers/failure";
import { PEER_ID, quickClient, resources, until, WORKSPACE_ID } from "../helpers/sockets-client";
import { answerBytes, answering, type RawServer, rawServer, type Script } from "../helpers/sockets-server";

const RESETTING: Script = { onRequest: (socket) => socket.resetAndDestroy() };
const STALLING_BODY: Script = {
  onRequest: (socket) => socket.write(answerBytes("{", ["content-length: 100"])),
};
const LONG_BACK_OFF = { baseDelayMs: 60_000, maxDelayMs: 60_000 };
const requested = (server: RawServer) => until(() => server.complete === 1, "the request is there");

const CALLS: readonly { name: string; call: (client: A2AClient) => Promise<unknown> }[] = [
  { name: "sendA2AMessage", call: (client) => client.sendA2AMessage(PEER_ID, "hello") },
  { name: "discoverPeer", call: (client) => client.discoverPeer(PEER_ID) },
  { name: "listPeers", call: (client) => client.listPeers() },
  { name: "getWorkspaceInfo", call: (client) => client.getWorkspaceInfo() },
  { name: "checkAccess", call: (client) => client.checkAccess(PEER_ID) },
];

describe.each(CALLS)("$name", ({ call }) => {
  it("rejects with `closed` when it is pending", async () => {
    await using server = await rawServer({});
    const client = quickClient(server.url);
    const failure = failureOf(call(client));
    await requested(server);
    await client.close();
    expect(await failure).toMatchObject({ code: "closed", retryable: false });
    await until(() => server.open === 0, "the connection is closed");
  });

  it("rejects with `closed` after close() and makes no connection", async () => {
    await using server = await rawServer({});
    const client = quickClient(server.url);
    await client.close();
    expect(await failureOf(call(client))).toMatchObject({
      code: "closed",
      delivery: "not-sent",
      attempts: 0,
    });
    expect(server.connections).toBe(0);
  });
});

it.each([
  { moment: "waiting for the answer", script: {}, delivery: "maybe" },
  { moment: "in the body of the answer", script: STALLING_BODY, delivery: "confirmed" },
  { moment: "backing off after a reset", script: RESETTING, delivery: "maybe" },
])("a send that is closed while $moment tells `$delivery`", async ({ script, delivery }) => {
  await using server = await rawServer(script);
  const client = quickClient(server.url, { retry: LONG_BACK_OFF });
  const timers = resources("Timeout");
  const failure = failureOf(client.sendA2AMessage(PEER_ID, "hello"));
  await requested(server);
  await new Promise((resolve) => setTimeout(resolve, 20));

  await client.close();

  expect(await failure).toMatchObject({ code: "closed", delivery });
  await until(() => resources("Timeout") <= timers, "no timer is left");
});

it.each([
  { moment: "in the queue", script: {}, limits: { maxConcurrentSends: 1 }, texts: ["holder", "queued"] },
  { moment: "while connecting", script: {}, tls: true, texts: ["hello"] },
])("a send that is closed $moment was not sent", async ({ script, limits, tls, texts }) => {
  await using server = await rawServer(script);
  const url = tls === true ? `https://127.0.0.1:${server.port}` : server.url;
  const client = quickClient(url, limits === undefined ? {} : { limits });
  const failures = texts.map((text) => failureOf(client.sendA2AMessage(PEER_ID, text)));
  await until(() => server.connections === 1, "the connection is there");

  await client.close();

  expect(await failures.at(-1)).toMatchObject({ code: "closed", delivery: "not-sent" });
});

it("close() may be called again, during and after closing", async () => {
  await using server = await rawServer({});
  const client = quickClient(server.url);
  const failure = failureOf(client.sendA2AMessage(PEER_ID, "hello"));
  await requested(server);
  await Promise.all([client.close(), client.close()]);
  await client.close();
  expect((await failure).code).toBe("closed");
});

it("close() ends kept connections", async () => {
  await using server = await rawServer(answering());
  const client = quickClient(server.url, { limits: { maxConcurrentSends: 3 } });
  const handles = resources("TCPSocketWrap");
  await Promise.all([1, 2, 3, 4].map(() => client.sendA2AMessage(PEER_ID, "hello")));
  await client.listPeers();
  expect(server.open).toBeGreaterThan(0);

  await client.close();

  await until(() => server.open === 0, "the server has seen every end");
  await until(() => resources("TCPSocketWrap") <= handles, "no socket is left");
});

it("close() of one client does not affect another that shares its connections", async () => {
  await using server = await rawServer(answering());
  const limits = { maxConcurrentSends: 4 };
  const one = quickClient(server.url, { limits });
  await using two = quickClient(server.url, { limits });
  await one.sendA2AMessage(PEER_ID, "one");
  await one.close();
  await expect(two.sendA2AMessage(PEER_ID, "two")).resolves.toMatchObject({ text: "ok", attempts: 1 });
});

it("`await using` closes", async () => {
  await using server = await rawServer(answering());
  let kept: A2AClient;
  {
    await using client = quickClient(server.url);
    await client.sendA2AMessage(PEER_ID, "hello");
    kept = client;
  }
  expect(await failureOf(kept.listPeers())).toMatchObject({ code: "closed" });
  await until(() => server.open === 0, "the connections are closed");
});

describe("a process", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));

  /** Runs a module over the source; resolves with what it wrote once it exits by itself. */
  async function run(server: RawServer, lines: readonly string[]): Promise<string> {
    const script = [
      `import { createA2AClient } from "./src/index.ts";`,
      `const client = createA2AClient(${JSON.stringify({ platformUrl: server.url, workspaceId: WORKSPACE_ID, token: "a-token" })});`,
      `const sent = await client.sendA2AMessage(${JSON.stringify(PEER_ID)}, "hello");`,
      ...lines,
      "process.stdout.write(sent.text);",
    ].join("\n");
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 15_000 });
    return stdout;
  }

  it.each([
    { how: "sent and closed", lines: ["await client.close();"] },
    { how: "sent and did not close", lines: [] },
  ])("that $how exits by itself", async ({ lines }) => {
    await using server = await rawServer(answering());
    expect(await run(server, lines)).toBe("ok");
  });
});

it("closing ends the idle connections of the last client that used them, and not before", async () => {
  await using server = await rawServer(answering());
  const one = quickClient(server.url);
  const other = quickClient(server.url);
  await one.sendA2AMessage(PEER_ID, "hello");
  expect(server.open).toBe(1);

  await one.close();
  await other.sendA2AMessage(PEER_ID, "hello");
  expect(server.connections).toBe(1);

  await other.close();
  await vi.waitFor(() => expect(server.open).toBe(0), { timeout: 2000 });
});
