import type { A2AClient } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { numberedId, OTHER_PEER, OWN, PEER } from "../helpers/ids";
import { nockPlatform } from "../helpers/nock-platform";

const platform = nockPlatform();

/** A client that has listed peers of these names, and what it says of a name in place of an id. */
async function clientThatListed(peers: readonly { id: string; name: string }[]): Promise<A2AClient> {
  platform.answer(`GET /registry/${OWN}/peers`, { body: peers });
  const client = testClient();
  await client.listPeers();
  return client;
}

const LEAD = { id: PEER, name: "Research Lead" };
const calls: [string, (client: A2AClient, peer: string) => Promise<unknown>][] = [
  ["discoverPeer", (client, peer) => client.discoverPeer(peer)],
  ["checkAccess", (client, peer) => client.checkAccess(peer)],
  ["sendA2AMessage", (client, peer) => client.sendA2AMessage(peer, "hi")],
  ["delegate", (client, peer) => client.delegate(peer, "work")],
];

describe("a name in place of an id", () => {
  it.each(calls)("is answered with the id of the peer: %s", async (_, call) => {
    const client = await clientThatListed([LEAD, { id: OTHER_PEER, name: "Writer" }]);
    const error = await failureOf(call(client, " research lead "));
    expect(error).toMatchObject({ code: "invalid_argument", attempts: 0 });
    expect(error.detail).toBe("invalid peer_id (expected UUID): 'research lead'");
    expect(error.message).toContain(`peer "Research Lead" (${PEER})`);
    expect(error.message).not.toContain("Writer");
  });

  it("finds the name in a longer text", async () => {
    const client = await clientThatListed([LEAD, { id: OTHER_PEER, name: "a" }]);
    const { message } = await failureOf(client.discoverPeer("ask the research lead"));
    expect(message).toContain(PEER);
    expect(message).not.toContain(OTHER_PEER);
  });

  it("prefers the whole name to a part of one", async () => {
    const client = await clientThatListed([{ id: OTHER_PEER, name: "Research Lead 2" }, LEAD]);
    const { message } = await failureOf(client.discoverPeer("Research Lead"));
    expect(message).toContain(PEER);
    expect(message).not.toContain(OTHER_PEER);
  });

  it("is answered with three peers at most, their names cleaned", async () => {
    const client = await clientThatListed(
      [0, 1, 2, 3, 4].map((index) => ({ id: numberedId(index), name: `Lead\n<b>${index}` })),
    );
    const { message } = await failureOf(client.discoverPeer("lead"));
    expect(message.match(/-0000-4000-8000-/g)).toHaveLength(3);
    expect(message).not.toMatch(/[<\n]/);
  });

  it.each(["nobody", "", "  ", "x".repeat(500)])(
    "that is not known stays without a suggestion: %j",
    async (name) => {
      const client = await clientThatListed([LEAD]);
      const { message } = await failureOf(client.discoverPeer(name));
      expect(message).toContain("Use the id of a peer from the peer list.");
    },
  );
});
