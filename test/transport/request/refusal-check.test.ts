import type { A2AClient, A2AErrorCode } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { clientOfTwo, testClient } from "../../helpers/client";
import { failureOf } from "../../helpers/failure";
import { OWN, PEER, SECOND } from "../../helpers/ids";
import { type Answer, nockPlatform, reply } from "../../helpers/nock-platform";

const platform = nockPlatform();
const RECORD = `GET /workspaces/${OWN}`;
const SEND = `POST /workspaces/${PEER}/a2a`;

const NO_TOKEN = { status: 401, body: { error: "invalid workspace auth token" } };
const NO_CALLER = { status: 401, body: { error: "invalid caller auth token" } };
const NO_ACCESS = {
  status: 403,
  body: { error: "access denied: workspaces cannot communicate per hierarchy rules" },
};
const NOT_VISIBLE = { status: 403, body: { error: "not authorized to discover this workspace" } };
const QUERY_FAILED = { status: 500, body: { error: "query failed" } };
const ONLINE = { body: { id: OWN, status: "online" } };

const card = { name: "Me" };
const calls: [string, string, Answer, (client: A2AClient) => Promise<unknown>, unknown][] = [
  ["a send without access", SEND, NO_ACCESS, (client) => client.sendA2AMessage(PEER, "hi"), reply().body],
  ["a send with a refused token", SEND, NO_CALLER, (client) => client.sendA2AMessage(PEER, "hi"), reply().body],
  ["discoverPeer", `GET /registry/discover/${PEER}`, NOT_VISIBLE, (client) => client.discoverPeer(PEER), { id: PEER }],
  ["discoverPeer with a refused token", `GET /registry/discover/${PEER}`, NO_TOKEN, (client) => client.discoverPeer(PEER), { id: PEER }],
  ["checkAccess", "POST /registry/check-access", { body: { allowed: false } }, (client) => client.checkAccess(PEER), { allowed: true }],
  ["delegate", `POST /workspaces/${OWN}/delegate`, NO_TOKEN, (client) => client.delegate(PEER, "work"), { delegation_id: "d" }],
  ["listDelegations", `GET /workspaces/${OWN}/delegations`, NO_TOKEN, (client) => client.listDelegations(), []],
  ["notifyUser", `POST /workspaces/${OWN}/notify`, NO_TOKEN, (client) => client.notifyUser("hi"), { status: "sent" }],
  ["register", "POST /registry/register", NO_TOKEN, (client) => client.register({ agentCard: card }), { status: "registered" }],
  ["updateAgentCard", "POST /registry/update-card", NO_TOKEN, (client) => client.updateAgentCard(card), {}],
]; // biome-ignore format: a table reads best in rows

describe("a refusal while the platform cannot read its database", () => {
  it.each(calls)("is repeated until the platform is well again: %s", async (_, route, refusal, run, body) => {
    platform.answer(route, refusal, refusal, { body });
    // The repeat begins within the outage, too: only the third attempt would be judged.
    platform.answer(RECORD, QUERY_FAILED, ONLINE, ...(route.endsWith("/register") ? [ONLINE] : []));
    await run(testClient());
  });

  it.each(calls)("ends as a failure of the platform: %s", async (_, route, refusal, run) => {
    platform.answer(route, refusal);
    platform.answer(RECORD, QUERY_FAILED);
    const error = await failureOf(run(testClient({ retry: { maxAttempts: 1 } })));
    expect(error).toMatchObject({
      code: "platform_error",
      delivery: "not-sent",
      retryable: true,
      attempts: 1,
    });
    expect(error.message).toMatch(/cannot read its database.*HTTP 500, "query failed".*try again later\.$/);
  });

  it.each<[string, Answer]>([
    ["an empty 500", { status: 500 }],
    ["a 503", { status: 503, body: { code: "platform_unavailable" } }],
    ["a 502 of a proxy", { status: 502, body: "<html>" }],
    ["a rate limit", { status: 429, body: { error: "rate limit exceeded" } }],
    ["a broken connection", { error: "ECONNRESET" }],
  ])("is recognised by %s", async (_, record) => {
    platform.answer(SEND, NO_ACCESS);
    platform.answer(RECORD, record);
    const error = await failureOf(testClient({ retry: { maxAttempts: 1 } }).sendA2AMessage(PEER, "hi"));
    expect(error).toMatchObject({ code: "platform_error", status: 403, delivery: "not-sent" });
  });

  it("keeps the wait a rate limit asked for", async () => {
    platform.answer(SEND, NO_ACCESS);
    platform.answer(RECORD, { status: 429, headers: { "retry-after": "3600" } });
    const error = await failureOf(testClient().sendA2AMessage(PEER, "hi"));
    expect(error).toMatchObject({ code: "platform_error", retryAfterMs: 3_600_000, attempts: 1 });
  });

  it("is a diagnostic of a list", async () => {
    platform.answer(`GET /registry/${OWN}/peers`, NO_TOKEN);
    platform.answer(RECORD, QUERY_FAILED);
    const { diagnostic } = await testClient({ retry: { maxAttempts: 1 } }).listPeers();
    expect(diagnostic).toMatchObject({ code: "platform_error", status: 401 });
    expect(diagnostic?.message).toContain("cannot read its database");
  });

  it("is looked into without a token, after the refresh of a refused one", async () => {
    platform.answer(SEND, NO_CALLER, NO_CALLER);
    platform.answer(RECORD, QUERY_FAILED);
    const tokens = ["first", "second"];
    const client = testClient({ token: () => tokens.shift(), retry: { maxAttempts: 1 } });
    await failureOf(client.sendA2AMessage(PEER, "hi"));
    expect(platform.sent.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer first",
      "Bearer second",
      undefined,
    ]);
  });
});

describe("a refusal while the platform is well", () => {
  it.each<[string, string, Answer, (client: A2AClient) => Promise<unknown>, A2AErrorCode]>([
    ["a send", SEND, NO_ACCESS, (client) => client.sendA2AMessage(PEER, "hi"), "access_denied"],
    ["a discovery", `GET /registry/discover/${PEER}`, NOT_VISIBLE, (client) => client.discoverPeer(PEER), "access_denied"],
    ["a token", `GET /workspaces/${OWN}/delegations`, NO_TOKEN, (client) => client.listDelegations(), "unauthorized"],
  ])("is believed: %s", async (_, route, refusal, run, code) => {
    platform.answer(route, refusal);
    platform.answer(RECORD, ONLINE);
    expect(await failureOf(run(testClient()))).toMatchObject({ code, retryable: false, attempts: 1 });
  }); // biome-ignore format: a table reads best in rows

  it("is an answer of checkAccess", async () => {
    platform.answer("POST /registry/check-access", { body: { allowed: false } });
    platform.answer(RECORD, ONLINE);
    expect(await testClient().checkAccess(PEER)).toBe(false);
  });

  it("is believed when something in front of the platform answers instead of the record", async () => {
    platform.answer(SEND, NO_ACCESS);
    platform.answer(RECORD, { status: 404, body: "404 page not found" });
    const error = await failureOf(testClient().sendA2AMessage(PEER, "hi"));
    expect(error.code).toBe("access_denied");
    expect(error.message).not.toContain("register");
  });

  it("makes one look for all that are refused within a second, each workspace for itself", async () => {
    platform.answer(SEND, ...Array<Answer>(60).fill(NO_ACCESS));
    platform.answer(RECORD, ONLINE);
    platform.answer(`GET /workspaces/${SECOND}`, ONLINE);
    const client = clientOfTwo();
    const sends = Array.from({ length: 60 }, (_, index) =>
      failureOf(client.sendA2AMessage(PEER, "hi", { source: index % 2 === 0 ? OWN : SECOND })),
    );
    expect(new Set((await Promise.all(sends)).map(({ code }) => code))).toEqual(new Set(["access_denied"]));
  });

  it("says that an unknown workspace has to be registered", async () => {
    platform.answer(SEND, NO_ACCESS);
    platform.answer(RECORD, { status: 404, body: { error: "workspace not found" } });
    const error = await failureOf(testClient().sendA2AMessage(PEER, "hi"));
    expect(error).toMatchObject({ code: "access_denied", attempts: 1 });
    expect(error.message).toContain(`does not know this workspace (${OWN}): call client.register() first.`);
  });

  it.each<[string, Answer]>([
    ["its status", { body: { id: OWN, status: "removed" } }],
    ["a 410", { status: 410, body: { error: "workspace removed", id: OWN } }],
  ])("says that a workspace was removed, by %s", async (_, record) => {
    platform.answer(`GET /workspaces/${OWN}/delegations`, NO_TOKEN);
    platform.answer(RECORD, record);
    const error = await failureOf(testClient().listDelegations());
    expect(error).toMatchObject({ code: "workspace_removed", status: 401, retryable: false });
    expect(error.message).toContain(`Workspace ${OWN} was removed from the platform.`);
  });
});

describe("any other refusal", () => {
  it.each<[string, Answer, A2AErrorCode]>([
    ["a text that no outage brings", { status: 403, body: { error: "invalid caller ID" } }, "access_denied"],
    ["a refusal of the agent", { status: 403, body: { error: "I may not" } }, "agent_error"],
    ["an empty 401", { status: 401, body: "" }, "unauthorized"],
  ])("makes no further request: %s", async (_, refusal, code) => {
    platform.answer(SEND, refusal);
    expect(await failureOf(testClient().sendA2AMessage(PEER, "hi"))).toMatchObject({ code });
    expect(platform.sent).toHaveLength(1);
  });
});
