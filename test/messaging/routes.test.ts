import { describe, expect, it } from "vitest";
import { clientOfTwo, testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, PEER, SECOND, SECOND_TOKEN, STRANGER, TOKEN } from "../helpers/ids";
import { type Answer, nockPlatform, reply } from "../helpers/nock-platform";

const platform = nockPlatform();

const peersOf = (id: string) => `GET /registry/${id}/peers`;
const LISTED: Answer = { body: [{ id: PEER, name: "Peer" }] };
const senders = () =>
  platform.sent
    .filter((request) => request.method === "POST")
    .map(({ headers }) => [headers["x-workspace-id"], headers.authorization]);

const FIRST_SENDS = [OWN, `Bearer ${TOKEN}`];
const SECOND_SENDS = [SECOND, `Bearer ${SECOND_TOKEN}`];

describe("a client of several workspaces", () => {
  it("sends from its first workspace by default", async () => {
    platform.answerMessage(reply());
    await clientOfTwo().sendA2AMessage(PEER, "hi");
    expect(senders()).toEqual([FIRST_SENDS]);
  });

  it.each(["", "  "])("treats the source %j as none", async (source) => {
    platform.answerMessage(reply());
    await clientOfTwo().sendA2AMessage(PEER, "hi", { source });
    expect(senders()).toEqual([FIRST_SENDS]);
  });

  it("sends from the workspace whose list contained the peer", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answerMessage(reply());
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await client.sendA2AMessage(PEER.toUpperCase(), "hi");
    expect(senders()).toEqual([SECOND_SENDS]);
  });

  it("sends from the workspace that listed the peer last", async () => {
    platform.answer(peersOf(SECOND), LISTED, LISTED);
    platform.answer(peersOf(OWN), LISTED);
    platform.answerMessage(reply(), reply());
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await client.listPeers({ source: OWN });
    await client.sendA2AMessage(PEER, "hi");
    await client.listPeers({ source: SECOND });
    await client.sendA2AMessage(PEER, "hi");
    expect(senders()).toEqual([FIRST_SENDS, SECOND_SENDS]);
  });

  it("learns the route from every row, also from rows that a query filters out", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answerMessage(reply());
    const client = clientOfTwo();
    expect((await client.listPeers({ source: SECOND, query: "nobody" })).peers).toEqual([]);
    await client.sendA2AMessage(PEER, "hi");
    expect(senders()).toEqual([SECOND_SENDS]);
  });

  it("uses the caller's `source` before a learnt route", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answerMessage(reply());
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await client.sendA2AMessage(PEER, "hi", { source: ` ${OWN.toUpperCase()} ` });
    expect(senders()).toEqual([FIRST_SENDS]);
  });

  it("discovers the peer from the same workspace", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answer(`GET /registry/discover/${PEER}`, { body: { id: PEER } });
    platform.answer("POST /registry/check-access", { body: { allowed: true } });
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await client.discoverPeer(PEER);
    await client.checkAccess(PEER);
    expect(platform.sent.map(({ headers }) => headers["x-workspace-id"])).toEqual([SECOND, SECOND, SECOND]);
    expect(platform.sent[2]?.body).toEqual({ caller_id: SECOND, target_id: PEER });
  });

  it.each<[string, Answer]>([
    [
      "access was denied",
      { status: 403, body: { error: "access denied: workspaces cannot communicate per hierarchy rules" } },
    ],
    ["the peer was not found", { status: 404, body: { error: "workspace not found" } }],
  ])("forgets the way after %s", async (_, refusal) => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answerMessage(refusal, reply());
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await failureOf(client.sendA2AMessage(PEER, "hi"));
    await client.sendA2AMessage(PEER, "hi");
    expect(senders()).toEqual([SECOND_SENDS, FIRST_SENDS]);
  });

  it("drops the route after a refused discovery", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answer(`GET /registry/discover/${PEER}`, {
      status: 403,
      body: { error: "not authorized to discover this workspace" },
    });
    platform.answerMessage(reply());
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await failureOf(client.discoverPeer(PEER));
    await client.sendA2AMessage(PEER, "hi");
    expect(senders()).toEqual([FIRST_SENDS]);
  });

  it("keeps the route when another workspace was refused", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answerMessage({ status: 404, body: { error: "workspace not found" } }, reply());
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await failureOf(client.sendA2AMessage(PEER, "hi", { source: OWN }));
    await client.sendA2AMessage(PEER, "hi");
    expect(senders()).toEqual([FIRST_SENDS, SECOND_SENDS]);
  });

  it("keeps the route after an unrelated failure", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answerMessage({ status: 500, body: "" }, reply());
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await failureOf(client.sendA2AMessage(PEER, "hi"));
    await client.sendA2AMessage(PEER, "hi");
    expect(senders()).toEqual([SECOND_SENDS, SECOND_SENDS]);
  });

  it("may send from one of its workspaces to another", async () => {
    platform.answer(`POST /workspaces/${SECOND}/a2a`, reply());
    await clientOfTwo().sendA2AMessage(SECOND, "hi");
    expect(senders()).toEqual([FIRST_SENDS]);
  });

  it("rejects a message to the workspace that would send it", async () => {
    const sending = clientOfTwo().sendA2AMessage(SECOND, "hi", { source: SECOND });
    expect(await failureOf(sending)).toMatchObject({ code: "invalid_argument", attempts: 0 });
  });

  it("requests the record of each workspace by its own id", async () => {
    platform.answer(`GET /workspaces/${OWN}`, { body: { id: OWN } });
    platform.answer(`GET /workspaces/${SECOND}`, { body: { id: SECOND } });
    const client = clientOfTwo();
    expect(await client.getWorkspaceInfo()).toMatchObject({ id: OWN });
    expect(await client.getWorkspaceInfo({ source: SECOND })).toMatchObject({ id: SECOND });
  });
});

describe("a workspace that is not the client's", () => {
  it.each([STRANGER, PEER, "../..", 7])(
    "is refused as a source, with the ids to choose from: %j",
    async (source) => {
      const sending = clientOfTwo().sendA2AMessage(PEER, "hi", { source: source as string });
      const error = await failureOf(sending);
      expect(error).toMatchObject({ code: "invalid_argument", attempts: 0 });
      expect(error.message).toContain(OWN);
      expect(error.message).toContain(SECOND);
    },
  );

  it("does not fall back to the default workspace", async () => {
    expect(await failureOf(testClient().listPeers({ source: STRANGER }))).toMatchObject({
      code: "invalid_argument",
    });
  });
});
