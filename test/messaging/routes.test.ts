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
  it("sends through its first one when it knows no better", async () => {
    platform.answerMessage(reply());
    await clientOfTwo().sendA2AMessage(PEER, "hi");
    expect(senders()).toEqual([FIRST_SENDS]);
  });

  it.each(["", "  "])("takes the source %j for none", async (source) => {
    platform.answerMessage(reply());
    await clientOfTwo().sendA2AMessage(PEER, "hi", { source });
    expect(senders()).toEqual([FIRST_SENDS]);
  });

  it("sends through the workspace whose list showed the peer", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answerMessage(reply());
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await client.sendA2AMessage(PEER.toUpperCase(), "hi");
    expect(senders()).toEqual([SECOND_SENDS]);
  });

  it("sends through the workspace that saw the peer last", async () => {
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

  it("learns the way from every row, also from those a query hides", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answerMessage(reply());
    const client = clientOfTwo();
    expect((await client.listPeers({ source: SECOND, query: "nobody" })).peers).toEqual([]);
    await client.sendA2AMessage(PEER, "hi");
    expect(senders()).toEqual([SECOND_SENDS]);
  });

  it("lets the caller choose, whatever it has learnt", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answerMessage(reply());
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await client.sendA2AMessage(PEER, "hi", { source: ` ${OWN.toUpperCase()} ` });
    expect(senders()).toEqual([FIRST_SENDS]);
  });

  it("asks about the peer through the same workspace", async () => {
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

  it("forgets the way after a discovery that was refused", async () => {
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

  it("keeps the way when another workspace was refused", async () => {
    platform.answer(peersOf(SECOND), LISTED);
    platform.answerMessage({ status: 404, body: { error: "workspace not found" } }, reply());
    const client = clientOfTwo();
    await client.listPeers({ source: SECOND });
    await failureOf(client.sendA2AMessage(PEER, "hi", { source: OWN }));
    await client.sendA2AMessage(PEER, "hi");
    expect(senders()).toEqual([FIRST_SENDS, SECOND_SENDS]);
  });

  it("keeps the way after a failure that says nothing about it", async () => {
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

  it("takes a message to the workspace that would send it for one to oneself", async () => {
    const sending = clientOfTwo().sendA2AMessage(SECOND, "hi", { source: SECOND });
    expect(await failureOf(sending)).toMatchObject({ code: "invalid_argument", attempts: 0 });
  });

  it("asks about each workspace by its own id", async () => {
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
