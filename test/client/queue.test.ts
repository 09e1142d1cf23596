import type { Socket } from "node:net";
import { manualClock, startPlatform } from "a2a-peers/testing";
import { expect, it } from "vitest";
import { failureOf } from "../helpers/failure";
import { turns } from "../helpers/held-clock";
import { PEER_ID, quickClient, until } from "../helpers/sockets-client";
import { answerBytes, rawServer, replyJson } from "../helpers/sockets-server";

const textIn = (body: string): string => /"text":"([^"]*)"/.exec(body)?.[1] ?? "";
const messages = (bodies: readonly string[]) => bodies.filter((body) => body !== "").map(textIn);

/** A server that answers each message when it is told to, with the message's own text. */
async function patientServer() {
  const answers: (() => void)[] = [];
  let underWay = 0;
  let most = 0;
  const server = await rawServer({
    onRequest(socket, { body }) {
      if (body === "") {
        socket.write(answerBytes(JSON.stringify({ id: PEER_ID, name: "Peer" })));
        return;
      }
      underWay += 1;
      most = Math.max(most, underWay);
      answers.push(() => {
        underWay -= 1;
        socket.write(answerBytes(replyJson(textIn(body))));
      });
    },
  });
  return {
    server,
    answerNext: () => answers.shift()?.(),
    get most() {
      return most;
    },
  };
}

it("messages are sent in order, and never more at once than the limit", async () => {
  const patient = await patientServer();
  await using server = patient.server;
  await using client = quickClient(server.url, { limits: { maxConcurrentSends: 2 } });
  const names = ["one", "two", "three", "four", "five", "six"];
  const settled: string[] = [];

  const sends = names.map((name) =>
    client.sendA2AMessage(PEER_ID, name).then(({ text }) => settled.push(text)),
  );
  for (let sent = 2; settled.length < names.length; sent = Math.min(sent + 1, names.length)) {
    const soFar = sent;
    await until(() => server.complete === soFar, `${soFar} messages are sent`);
    patient.answerNext();
    const answered = settled.length + 1;
    await until(() => settled.length === answered, `${answered} are answered`);
  }
  await Promise.all(sends);

  expect(messages(server.bodies)).toEqual(names);
  expect(settled).toEqual(names);
  expect(patient.most).toBe(2);
  expect(server.connections).toBe(2);
});

it("waiting for a connection counts against the budget: a send that gets none in time was not sent", async () => {
  await using server = await rawServer({});
  await using client = quickClient(server.url, { limits: { maxConcurrentSends: 1 } });
  const holder = failureOf(client.sendA2AMessage(PEER_ID, "holder"));
  await until(() => server.complete === 1, "the only place is taken");

  const error = await failureOf(client.sendA2AMessage(PEER_ID, "queued", { budgetMs: 50 }));

  expect(error).toMatchObject({ code: "timeout", delivery: "not-sent", retryable: true });
  expect(messages(server.bodies)).toEqual(["holder"]);
  await client.close();
  expect(await holder).toMatchObject({ code: "closed", delivery: "maybe" });
});

it("the timeout of an attempt starts when it has a connection", async () => {
  const patient = await patientServer();
  await using server = patient.server;
  const clock = manualClock();
  await using client = quickClient(server.url, { clock, limits: { maxConcurrentSends: 1 } });
  const first = client.sendA2AMessage(PEER_ID, "first");
  const second = client.sendA2AMessage(PEER_ID, "second", { timeoutMs: 60 });
  await until(() => server.complete === 1, "the first is sent");
  await clock.advance(80);
  patient.answerNext();
  await first;
  await until(() => server.complete === 2, "the second is sent");
  await clock.advance(50);
  patient.answerNext();

  await expect(second).resolves.toMatchObject({ text: "second", attempts: 1 });
});

it("a slot is free again as soon as a server has answered before the request was complete", async () => {
  await using server = await rawServer({
    onHead: (socket) => socket.write(answerBytes('{"error":"rate limit exceeded"}', [], "429 Too Many")),
  });
  await using client = quickClient(server.url, {
    retry: { maxAttempts: 1 },
    limits: { maxConcurrentSends: 1 },
  });
  const large = "x".repeat(900_000);
  for (let count = 0; count < 3; count += 1) {
    expect(await failureOf(client.sendA2AMessage(PEER_ID, large))).toMatchObject({ status: 429 });
  }
});

it("a send that waits long for a connection says so, and each has an event when it starts", async () => {
  const patient = await patientServer();
  await using server = patient.server;
  const clock = manualClock();
  const events: unknown[] = [];
  await using client = quickClient(server.url, {
    clock,
    limits: { maxConcurrentSends: 1 },
    timeouts: {},
    onEvent: (event) => void (event.type !== "send.settled" && events.push(event)),
  });
  const first = client.sendA2AMessage(PEER_ID, "first", { messageId: "1" });
  const second = client.sendA2AMessage(PEER_ID, "second", { messageId: "2" });
  await until(() => server.complete === 1, "the first is sent");
  await clock.advance(21_000);
  patient.answerNext();
  await first;
  await until(() => server.complete === 2, "the second is sent");
  await clock.advance(60_000);
  patient.answerNext();
  await second;

  const waiting = { type: "send.waiting", peerId: PEER_ID, messageId: "2" };
  expect(events).toEqual([
    { type: "send.attempt_started", peerId: PEER_ID, messageId: "1", attempt: 1 },
    { ...waiting, waitedMs: 5000 },
    { ...waiting, waitedMs: 10_000 },
    { ...waiting, waitedMs: 20_000 },
    { type: "send.attempt_started", peerId: PEER_ID, messageId: "2", attempt: 1 },
  ]);
});

it("a send between two attempts leaves its connection to others", async () => {
  await using platform = await startPlatform();
  const me = platform.addWorkspace();
  const peer = platform.addWorkspace({ reply: ({ text }) => text });
  platform.fail("POST /workspaces/:id/a2a", { status: 429, headers: { "retry-after": "30" } }, { times: 1 });
  const clock = manualClock();
  await using client = quickClient(platform.url, {
    clock,
    workspaceId: me.id,
    token: me.token ?? "",
    limits: { maxConcurrentSends: 1 },
  });
  const order: string[] = [];
  const note = ({ text }: { text: string }) => order.push(text);

  const refused = client.sendA2AMessage(peer.id, "refused at first").then(note);
  await client.sendA2AMessage(peer.id, "behind it").then(note);
  await clock.advance(60_000);
  await refused;

  expect(order).toEqual(["behind it", "refused at first"]);
});

it("other calls do not wait for slow messages", async () => {
  const patient = await patientServer();
  await using server = patient.server;
  await using client = quickClient(server.url, { limits: { maxConcurrentSends: 2 } });
  const sends = ["one", "two", "three"].map((name) => client.sendA2AMessage(PEER_ID, name));
  await until(() => server.complete === 2, "both places are taken");

  await expect(client.discoverPeer(PEER_ID)).resolves.toMatchObject({ name: "Peer" });

  for (let sent = 2; sent <= 3; sent++) {
    const soFar = sent;
    await until(() => messages(server.bodies).length === soFar, "the next is sent");
    patient.answerNext();
  }
  patient.answerNext();
  await Promise.all(sends);
});

it("two clients with the same limit share it", async () => {
  const patient = await patientServer();
  await using server = patient.server;
  const limits = { maxConcurrentSends: 1 };
  await using one = quickClient(server.url, { limits });
  await using two = quickClient(server.url, { limits });
  const first = one.sendA2AMessage(PEER_ID, "one");
  const second = two.sendA2AMessage(PEER_ID, "two");
  await until(() => server.complete === 1, "the first is sent");
  await turns(20);
  expect(server.complete).toBe(1);

  patient.answerNext();
  await first;
  await until(() => server.complete === 2, "the second is sent");
  patient.answerNext();
  await second;
});

it("consecutive sends use one connection", async () => {
  const patient = await patientServer();
  await using server = patient.server;
  await using client = quickClient(server.url, { limits: { maxConcurrentSends: 3 } });
  for (let count = 1; count <= 10; count++) {
    const sent = client.sendA2AMessage(PEER_ID, `message ${count}`);
    await until(() => server.complete === count, "it is sent");
    patient.answerNext();
    expect((await sent).text).toBe(`message ${count}`);
  }
  expect(server.connections).toBe(1);
});

it.each([
  { how: "closes", end: (socket: { end(): void }) => socket.end() },
  { how: "resets", end: (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy() },
])(
  "a kept connection that the server $how as the next message comes is `maybe`, and repeated only when allowed",
  async ({ end }) => {
    const dropping = () =>
      rawServer({
        onRequest(socket, { count, body }) {
          if (count === 1) socket.write(answerBytes(replyJson(textIn(body))));
          else end(socket);
        },
      });
    await using lenient = await dropping();
    await using again = quickClient(lenient.url);
    await again.sendA2AMessage(PEER_ID, "first");
    await expect(again.sendA2AMessage(PEER_ID, "second")).resolves.toMatchObject({
      text: "second",
      attempts: 2,
    });
    expect(lenient.complete).toBe(3);

    await using strict = await dropping();
    await using once = quickClient(strict.url, { delivery: "at-most-once" });
    await once.sendA2AMessage(PEER_ID, "first");
    expect(await failureOf(once.sendA2AMessage(PEER_ID, "second"))).toMatchObject({
      code: "network",
      delivery: "maybe",
    });
    expect(strict.complete).toBe(2);
  },
);

it("an idle connection that the server has closed is not used", async () => {
  const server = await serverWithAfterthought();
  await using _ = server.raw;
  await using client = quickClient(server.raw.url, { delivery: "at-most-once" });
  for (let count = 1; count <= 3; count++) {
    await expect(client.sendA2AMessage(PEER_ID, "hello")).resolves.toMatchObject({ attempts: 1 });
    server.connection().end();
    await until(() => server.raw.open === 0, "the client has closed the connection as well");
  }
  expect(server.raw.connections).toBe(3);
});

it("an unrequested response does not become the response to the next message", async () => {
  const server = await serverWithAfterthought();
  await using _ = server.raw;
  await using client = quickClient(server.raw.url);
  for (const name of ["one", "two", "three"]) {
    expect((await client.sendA2AMessage(PEER_ID, name)).text).toBe(name);
    await new Promise((written) => server.connection().write(answerBytes(replyJson("stray")), written));
    // The client has read it, on its idle connection.
    await turns(20);
  }
});

/** A server that answers each message with its own text, and whose last connection can be used afterwards. */
async function serverWithAfterthought() {
  let last: Socket | undefined;
  const raw = await rawServer({
    onRequest(socket, { body }) {
      last = socket;
      socket.write(answerBytes(replyJson(textIn(body))));
    },
  });
  return {
    raw,
    connection(): Socket {
      if (last === undefined) throw new Error("No request has come");
      return last;
    },
  };
}
