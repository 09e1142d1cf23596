import { startPlatform } from "a2a-peers/testing";
import { expect, it } from "vitest";
import { failureOf } from "../helpers/failure";
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
  await using client = quickClient(server.url, { limits: { maxConcurrentSends: 1 } });
  const first = client.sendA2AMessage(PEER_ID, "first");
  const second = client.sendA2AMessage(PEER_ID, "second", { timeoutMs: 60 });
  await new Promise((resolve) => setTimeout(resolve, 80));
  patient.answerNext();
  await first;
  await until(() => server.complete === 2, "the second is sent");
  patient.answerNext();

  await expect(second).resolves.toMatchObject({ text: "second", attempts: 1 });
});

it("a send between two attempts leaves its connection to others", async () => {
  await using platform = await startPlatform();
  const me = platform.addWorkspace();
  const peer = platform.addWorkspace({ reply: ({ text }) => text });
  platform.fail(
    "POST /workspaces/:id/a2a",
    { status: 429, headers: { "retry-after": "0.08" } },
    { times: 1 },
  );
  await using client = quickClient(platform.url, {
    workspaceId: me.id,
    token: me.token ?? "",
    limits: { maxConcurrentSends: 1 },
  });
  const order: string[] = [];
  const note = ({ text }: { text: string }) => order.push(text);

  await Promise.all([
    client.sendA2AMessage(peer.id, "refused at first").then(note),
    client.sendA2AMessage(peer.id, "behind it").then(note),
  ]);

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
  await new Promise((resolve) => setTimeout(resolve, 20));
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
  await using server = await rawServer({
    onRequest: (socket) =>
      socket.write(answerBytes(replyJson("ok")), () => setTimeout(() => socket.end(), 5)),
  });
  await using client = quickClient(server.url, { delivery: "at-most-once" });
  for (let count = 1; count <= 3; count++) {
    await expect(client.sendA2AMessage(PEER_ID, "hello")).resolves.toMatchObject({ attempts: 1 });
    await until(() => server.open === 0, "the connection is closed");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(server.connections).toBe(3);
});

it("an unrequested response does not become the response to the next message", async () => {
  const stray = answerBytes(replyJson("stray"));
  await using server = await rawServer({
    onRequest(socket, { body }) {
      socket.write(answerBytes(replyJson(textIn(body))));
      setTimeout(() => socket.write(stray), 5);
    },
  });
  await using client = quickClient(server.url);
  for (const name of ["one", "two", "three"]) {
    expect((await client.sendA2AMessage(PEER_ID, name)).text).toBe(name);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
