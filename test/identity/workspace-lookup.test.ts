import { type A2AClientOptions, createA2AClient, type WorkspaceLookup } from "a2a-peers";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { createInbox } from "a2a-peers/inbox";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createWorkspaces } from "../../src/identity/workspaces";
import { systemClock } from "../../src/runtime/clock";
import { failureOf, thrownBy } from "../helpers/failure";
import { numberedId, PLATFORM, STRANGER, TOKEN } from "../helpers/ids";
import { scratchFolder } from "../helpers/scratch-folder";

/** A platform with two workspaces, and a client that finds both by a function. */
async function start(options: A2AClientOptions = {}) {
  const platform = await startPlatform();
  const [one, two] = [
    platform.addWorkspace({ reply: () => "hi" }),
    platform.addWorkspace({ deliveryMode: "poll" }),
  ];
  const lookup = vi.fn<WorkspaceLookup>(async (id) => [one, two].find((each) => each.id === id));
  const client = createA2AClient({
    platformUrl: platform.url,
    workspaces: lookup,
    retry: { baseDelayMs: 1, maxDelayMs: 1 },
    ...options,
  });
  onTestFinished(async () => {
    await client.close();
    await platform.close();
  });
  return { platform, one, two, lookup, client };
}

describe("workspaces that a function finds", () => {
  it("make the calls that name them, and the function is asked once for each", async () => {
    const { client, one, two, lookup } = await start();
    const infos = await Promise.all(
      [one, two, one, two].map(({ id }) => client.listDelegations({ source: id })),
    );
    expect(infos).toEqual([[], [], [], []]);
    await client.sendA2AMessage(one.id, "hello", { source: ` ${two.id.toUpperCase()} ` });
    await client.notifyUser("x", { source: one.id });
    expect(lookup.mock.calls).toEqual([[one.id], [two.id]]);
  });

  it("are looked for again after a 401", async () => {
    const { client, one, lookup } = await start();
    await client.listDelegations({ source: one.id });
    one.rotateToken();
    await client.listDelegations({ source: one.id });
    expect(lookup).toHaveBeenCalledTimes(2);
  });

  it("that it does not know are named, and looked for again by the next call", async () => {
    const { client, platform, lookup } = await start();
    for (let count = 0; count < 2; count += 1) {
      const error = await failureOf(client.listDelegations({ source: STRANGER }));
      expect(error).toMatchObject({ code: "invalid_argument", attempts: 0 });
      expect(error.message).toContain(`\`source\` '${STRANGER}'`);
    }
    expect(lookup).toHaveBeenCalledTimes(2);
    expect(platform.requests).toEqual([]);
    expect(await failureOf(client.listDelegations({ source: "no-id" }))).toMatchObject({
      code: "invalid_argument",
    });
    expect(lookup).toHaveBeenCalledTimes(2);
  });

  it("have to be named by each call of a client without a workspace of its own", async () => {
    const { client, one, platform, lookup } = await start();
    await client.listPeers({ source: one.id });
    const sent = platform.requests.length;
    for (const call of [
      () => client.listDelegations(),
      () => client.sendA2AMessage(one.id, "x"),
      () => client.delegate(one.id, "x"),
      () => client.request("GET", "/x"),
      () => client.discoverPeer(one.id),
      () => client.enricher.fetch(one.id),
      () => client.register({ agentCard: { name: "x" } }),
    ]) {
      const error = await failureOf(call());
      expect(error).toMatchObject({ code: "invalid_argument" });
      expect(error.message).toContain("as `source`");
    }
    expect(client.enricher.get(one.id)).toBeNull();
    expect(platform.requests).toHaveLength(sent);
    expect(lookup).toHaveBeenCalledTimes(1);
    for (const create of [createHeartbeat, createInbox]) {
      expect(await thrownBy(() => create(client))).toMatchObject({ code: "invalid_argument" });
    }
  });

  it("can be the own one too", async () => {
    const { client, one, lookup } = await start({ workspaceId: STRANGER, token: TOKEN });
    expect(await failureOf(client.listDelegations())).toMatchObject({ code: "unauthorized" });
    expect(lookup).not.toHaveBeenCalled();
    await client.listDelegations({ source: one.id });
    const other = await start({ workspaceId: one.id });
    expect(await failureOf(other.client.listDelegations())).toMatchObject({ code: "invalid_argument" });
    expect(other.lookup).toHaveBeenCalledWith(one.id);
  });

  it("beat, and read their inbox", async () => {
    const { client, two } = await start();
    const stateDir = await scratchFolder();
    const heartbeat = createHeartbeat(client, { source: two.id, stateDir, delegations: false });
    expect(await heartbeat.beat()).toMatchObject({ ok: true });
    await heartbeat.stop();
    two.writeAsHuman("hello");
    const inbox = createInbox(client, { source: two.id, stateDir });
    expect(await inbox.receive({ timeoutMs: 5000 })).toMatchObject({ text: "hello" });
    await inbox.stop();
  });

  it.each<[string, unknown, string]>([
    ["of another id", { id: STRANGER, token: TOKEN }, "configuration"],
    ["without an id", { token: TOKEN }, "configuration"],
    ["with a token that is none", { id: numberedId(1), token: `${TOKEN} ${TOKEN}` }, "configuration"],
    ["that fail", new Error(TOKEN), "configuration"],
  ])("with credentials %s are refused without the token", async (_, answer, code) => {
    const workspaces = async () => {
      if (answer instanceof Error) throw answer;
      return answer as never;
    };
    const client = createA2AClient({ platformUrl: PLATFORM, workspaces });
    const error = await failureOf(client.listDelegations({ source: numberedId(1) }));
    expect(error).toMatchObject({ code, attempts: 0, message: expect.stringContaining("`workspaces`") });
    expect(JSON.stringify(error) + error.stack).not.toContain(TOKEN);
    await client.close();
  });

  it("are at most 1024 at once: the one named longest ago is forgotten", () => {
    const find = vi.fn((id: string) => ({ id, sources: [] }));
    const workspaces = createWorkspaces([], systemClock, () => {}, find);
    const first = workspaces.named(numberedId(0));
    for (let index = 1; index <= 1023; index += 1) workspaces.named(numberedId(index));
    expect(workspaces.named(numberedId(0))).toBe(first);
    workspaces.named(numberedId(1024));
    expect(workspaces.byId(numberedId(1))).toBeUndefined();
    expect(workspaces.byId(numberedId(0))).toBe(first);
    expect(workspaces.all).toHaveLength(1024);
  });

  it("are never forgotten once something that lasts is theirs", () => {
    const workspaces = createWorkspaces(
      [],
      systemClock,
      () => {},
      (id) => ({ id, sources: [] }),
    );
    const first = workspaces.lasting(numberedId(0));
    for (let index = 1; index <= 1100; index += 1) workspaces.named(numberedId(index));
    expect(workspaces.named(numberedId(0))).toBe(first);
    expect(workspaces.all).toHaveLength(1025);
    expect(workspaces.all).toContain(first);
  });

  it("share what a registration brings with their heartbeats, however many others were named", async () => {
    const { client, one, lookup } = await start();
    const heartbeat = createHeartbeat(client, { source: one.id, stateDir: await scratchFolder() });
    for (let index = 1; index <= 1100; index += 1)
      client.conversation(STRANGER, { source: numberedId(index) });
    await client.register({ agentCard: { name: "One" } }, { source: one.id });
    expect(await heartbeat.inboundSecret()).toBe(one.inboundSecret);
    expect(lookup.mock.calls).toEqual([[one.id]]);
  });

  it("leave no place for a token without an id", async () => {
    const options = { platformUrl: PLATFORM, workspaces: () => undefined, token: TOKEN };
    expect(await thrownBy(() => createA2AClient(options))).toMatchObject({ code: "configuration" });
  });
});
