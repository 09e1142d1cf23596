import { getEventListeners } from "node:events";
import type { A2AClientOptions } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { PEER_ID, quickClient, rejectionOf, resources, until } from "../helpers/sockets-client";
import { answerBytes, answering, type RawServer, rawServer, type Script } from "../helpers/sockets-server";

interface Moment {
  moment: string;
  script?: Script;
  options?: () => A2AClientOptions;
  tls?: boolean;
  /** Resolves once the send has come to this moment. */
  reached(server: RawServer): Promise<void>;
}

const NEVER = new Promise<never>(() => undefined);
const UNAUTHORIZED = answerBytes('{"error":"invalid caller auth token"}', [], "401 Unauthorized");

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 10));
const requested = (server: RawServer) => until(() => server.complete === 1, "the request is there");
const requestedForAWhile = (server: RawServer) => requested(server).then(soon);

/** A token source that has one answer and then thinks for ever. */
function oneToken(): () => string | Promise<string> {
  let asked = 0;
  return () => (asked++ === 0 ? "a-refused-token" : NEVER);
}

const MOMENTS: readonly Moment[] = [
  { moment: "as soon as it was made", reached: async () => undefined },
  {
    moment: "while it connects",
    tls: true,
    reached: (server) => until(() => server.connections === 1, "the connection is there"),
  },
  { moment: "while it waits for an answer", reached: requested },
  {
    moment: "in the head of the answer",
    script: { onRequest: (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-") },
    reached: requestedForAWhile,
  },
  {
    moment: "in the body of the answer",
    script: { onRequest: (socket) => socket.write(answerBytes("{", ["content-length: 100"])) },
    reached: requestedForAWhile,
  },
  {
    moment: "in the body of a refusal",
    script: { onRequest: (socket) => socket.write(answerBytes("{", ["content-length: 100"], "403 No")) },
    reached: requestedForAWhile,
  },
  {
    moment: "while it backs off",
    script: { onRequest: (socket) => socket.resetAndDestroy() },
    options: () => ({ retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 } }),
    reached: (server) => until(() => server.complete === 1 && server.open === 0, "it failed").then(soon),
  },
  {
    moment: "while the token source thinks",
    options: () => ({ token: () => NEVER }),
    reached: soon,
  },
  {
    moment: "while the token source is asked again",
    script: { onRequest: (socket) => socket.end(UNAUTHORIZED) },
    options: () => ({ token: oneToken() }),
    reached: requestedForAWhile,
  },
];

describe.each([
  { transport: "node:http", over: {} },
  { transport: "the built-in fetch", over: { fetch: globalThis.fetch } },
])("a send over $transport, aborted", ({ over }) => {
  // The built-in fetch keeps timers and connections of its own.
  const ours = over.fetch === undefined;

  it.each(MOMENTS)("$moment, rejects with the reason itself and leaves nothing", async (moment) => {
    await using server = await rawServer(moment.script ?? {});
    const url = moment.tls === true ? `https://127.0.0.1:${server.port}` : server.url;
    await using client = quickClient(url, { ...over, ...moment.options?.() });
    const timers = resources("Timeout");
    const controller = new AbortController();
    const reason = { said: "the user left" };

    const sent = rejectionOf(client.sendA2AMessage(PEER_ID, "hello", { signal: controller.signal }));
    await moment.reached(server);
    controller.abort(reason);

    expect(await sent).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    if (!ours) return;
    await until(() => resources("Timeout") <= timers, "no timer is left");
    await until(() => server.open === 0, "no connection is left");
  });

  it("while it waits for a connection, leaves it to the others", async () => {
    await using server = await rawServer({});
    await using client = quickClient(server.url, { ...over, limits: { maxConcurrentSends: 1 } });
    const first = new AbortController();
    const queued = new AbortController();
    const reasons = [
      rejectionOf(client.sendA2AMessage(PEER_ID, "first", { signal: first.signal })),
      rejectionOf(client.sendA2AMessage(PEER_ID, "queued", { signal: queued.signal })),
    ];
    const last = rejectionOf(client.sendA2AMessage(PEER_ID, "last"));
    await requested(server);

    queued.abort("queued");
    first.abort("first");

    expect(await Promise.all(reasons)).toEqual(["first", "queued"]);
    await until(() => server.complete === 2, "the last one is sent");
    expect(server.bodies.map((body) => /"text":"(\w+)"/.exec(body)?.[1])).toEqual(["first", "last"]);
    expect(getEventListeners(queued.signal, "abort")).toEqual([]);
    await client.close();
    expect(await last).toMatchObject({ code: "closed" });
  });
});

it.each([null, undefined, 0, "text", new Error("error")])(
  "a send rejects with the reason %s as it is",
  async (reason) => {
    await using server = await rawServer({});
    await using client = quickClient(server.url);
    const controller = new AbortController();
    const sent = rejectionOf(client.sendA2AMessage(PEER_ID, "hello", { signal: controller.signal }));
    controller.abort(reason);
    expect(await sent).toBe(controller.signal.reason);
  },
);

it.each([
  { peer: "that answers it", tls: true },
  { peer: "that never does", tls: false },
])(
  "sends aborted at all moments of a TLS handshake with a server $peer raise no uncaught error",
  async ({ tls }) => {
    await using server = await rawServer({}, { tls });
    await using client = quickClient(`https://127.0.0.1:${server.port}`);
    const controllers = Array.from({ length: 24 }, () => new AbortController());
    const sends = controllers.map(({ signal }) =>
      rejectionOf(client.sendA2AMessage(PEER_ID, "x", { signal })),
    );
    for (const [index, controller] of controllers.entries()) {
      if (index % 4 === 0) await new Promise(setImmediate);
      if (index % 8 === 7) await soon();
      controller.abort(index);
    }
    expect(await Promise.all(sends)).toHaveLength(24);
    await until(() => server.open === 0, "no connection is left");
    // An error that nobody listens to would be emitted by now, and fail the run.
    await soon();
  },
);

it("a send on a signal that is aborted already makes no connection", async () => {
  await using server = await rawServer({});
  await using client = quickClient(server.url);
  const reason = new Error("before");
  expect(await rejectionOf(client.sendA2AMessage(PEER_ID, "x", { signal: AbortSignal.abort(reason) }))).toBe(
    reason,
  );
  expect(server.connections).toBe(0);
});

it("an abort after the answer changes nothing", async () => {
  await using server = await rawServer(answering());
  await using client = quickClient(server.url);
  const controller = new AbortController();
  const sent = await client.sendA2AMessage(PEER_ID, "hello", { signal: controller.signal });
  controller.abort();
  expect(sent.text).toBe("ok");
});

it("fifty sends with one signal add one listener to it, and remove it when they end", async () => {
  await using server = await rawServer(answering());
  await using client = quickClient(server.url);
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on("warning", note);

  const sends = Array.from({ length: 50 }, () => client.sendA2AMessage(PEER_ID, "hello", { signal }));
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  await Promise.all(sends);

  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  await soon();
  process.off("warning", note);
  expect(warnings).toEqual([]);
});

it.each(["discoverPeer", "checkAccess"] as const)("%s ends with the reason as well", async (method) => {
  await using server = await rawServer({});
  await using client = quickClient(server.url);
  const controller = new AbortController();
  const asked = rejectionOf(client[method](PEER_ID, { signal: controller.signal }));
  await requested(server);
  controller.abort("enough");
  expect(await asked).toBe("enough");
  await until(() => server.open === 0, "no connection is left");
});

it.each(["listPeers", "getWorkspaceInfo"] as const)("%s ends with the reason as well", async (method) => {
  await using server = await rawServer({});
  await using client = quickClient(server.url);
  const controller = new AbortController();
  const asked = rejectionOf(client[method]({ signal: controller.signal }));
  await requested(server);
  controller.abort("enough");
  expect(await asked).toBe("enough");
});
