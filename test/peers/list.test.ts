import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OTHER_PEER, OWN, PEER, PLATFORM, SECOND, STRANGER } from "../helpers/ids";
import { type Answer, nockPlatform } from "../helpers/nock-platform";

const platform = nockPlatform();
const ROUTE = `GET /registry/${OWN}/peers`;

/** What a list says when the platform answers like this, to every attempt. */
async function diagnosticOf(answer: Answer, attempts = 1) {
  platform.answer(ROUTE, ...Array<Answer>(attempts).fill(answer));
  const list = await testClient({ retry: { maxAttempts: attempts } }).listPeers();
  expect(list.peers).toEqual([]);
  return list.diagnostic;
}

describe("a peer list", () => {
  it("is asked for the own workspace, with its token and without a query", async () => {
    platform.answer(ROUTE, { body: [] });
    await testClient().listPeers({ query: "research" });
    expect(platform.sent).toMatchObject([
      { method: "GET", path: `/registry/${OWN}/peers`, headers: { "x-workspace-id": OWN }, body: undefined },
    ]);
    expect(platform.sent[0]?.headers).not.toHaveProperty("content-type");
  });

  it("has no diagnostic when it is empty", async () => {
    platform.answer(ROUTE, { body: [] });
    expect(await testClient().listPeers()).toEqual({ peers: [], diagnostic: null });
  });

  it("holds the rows as they were sent, unknown fields and offline peers included", async () => {
    const row = {
      id: PEER,
      name: "Lead",
      role: null,
      tier: 3,
      status: "offline",
      url: "",
      parent_id: null,
      active_tasks: 0,
      agent_card: { skills: ["sum"] },
      shoe_size: 44,
    };
    platform.answer(ROUTE, { body: [row] });
    expect(await testClient().listPeers()).toEqual({ peers: [row], diagnostic: null });
  });

  it("has its ids in their normal form", async () => {
    platform.answer(ROUTE, { body: [{ id: ` ${PEER.toUpperCase()} ` }] });
    expect((await testClient().listPeers()).peers).toEqual([{ id: PEER }]);
  });

  it("leaves out rows that are no peers, and counts them", async () => {
    const bad = [null, 7, "peer", [], {}, { name: "no id" }, { id: "../x" }, { id: 7 }];
    platform.answer(ROUTE, { body: [{ id: PEER }, ...bad, { id: OTHER_PEER }] });
    const list = await testClient().listPeers();
    expect(list.peers.map((peer) => peer.id)).toEqual([PEER, OTHER_PEER]);
    expect(list.diagnostic).toEqual({
      code: "bad_response",
      message: "The platform listed 10 peers, of which 8 had no valid id and were left out.",
      status: 200,
      skipped: 8,
    });
  });

  it("leaves out fields of a wrong type, not the row", async () => {
    const wrong = { name: 7, status: null, url: {}, role: {}, tier: "3", active_tasks: null, parent_id: 7 };
    platform.answer(ROUTE, { body: [{ id: PEER, ...wrong }] });
    expect(await testClient().listPeers()).toEqual({ peers: [{ id: PEER }], diagnostic: null });
  });

  it("teaches the client the names of the peers", async () => {
    platform.answer(ROUTE, {
      body: [
        { id: PEER, name: "Lead" },
        { id: OTHER_PEER, name: " " },
      ],
    });
    const client = testClient();
    expect(client.peerName(PEER)).toBeUndefined();
    await client.listPeers();
    expect(client.peerName(` ${PEER.toUpperCase()}`)).toBe("Lead");
    expect(client.peerName(OTHER_PEER)).toBeUndefined();
  });

  it("does not let a row touch a prototype", async () => {
    platform.answer(ROUTE, { body: `[{"id":"${PEER}","__proto__":{"polluted":1}}]` });
    const { peers } = await testClient().listPeers();
    expect(peers[0]?.polluted).toBeUndefined();
    expect(Object.getPrototypeOf(peers[0])).toBe(Object.prototype);
  });
});

describe("the query of a peer list", () => {
  const ROWS = [
    { id: PEER, name: "Research Lead", role: "research" },
    { id: OTHER_PEER, name: "Helper", role: null },
    { id: SECOND },
  ];

  it.each([
    ["lead", [PEER]],
    ["  RESEARCH ", [PEER]],
    ["help", [OTHER_PEER]],
    [SECOND.slice(0, 8).toUpperCase(), [SECOND]],
    ["", [PEER, OTHER_PEER, SECOND]],
    ["  ", [PEER, OTHER_PEER, SECOND]],
    [".*", []],
    ["nobody", []],
  ])("%j keeps the peers whose name, role or id holds it", async (query, ids) => {
    platform.answer(ROUTE, { body: ROWS });
    const { peers, diagnostic } = await testClient().listPeers({ query });
    expect(peers.map((peer) => peer.id)).toEqual(ids);
    expect(diagnostic).toBeNull();
  });

  it("does not hide that rows were left out", async () => {
    platform.answer(ROUTE, { body: [{ id: "x" }] });
    expect((await testClient().listPeers({ query: "lead" })).diagnostic).toMatchObject({ skipped: 1 });
  });
});

describe("the diagnostic of a list that failed", () => {
  it.each([401, 403])("blames the token for a %i", async (status) => {
    expect(await diagnosticOf({ status, body: { error: "invalid workspace auth token" } })).toEqual({
      code: status === 401 ? "unauthorized" : "access_denied",
      status,
      message: `Authentication to platform failed (HTTP ${status}). The workspace bearer token may be invalid — restarting the workspace usually re-mints it.`,
    });
  });

  it("names the workspace that asked in a 404", async () => {
    platform.answer(`GET /registry/${SECOND}/peers`, { status: 404, body: { error: "workspace not found" } });
    const client = testClient({
      workspaceId: undefined,
      token: undefined,
      workspaces: [{ id: OWN }, { id: SECOND }],
    });
    expect((await client.listPeers({ source: SECOND })).diagnostic).toEqual({
      code: "peer_not_found",
      status: 404,
      message: `Workspace ID ${SECOND} is not registered with the platform (HTTP 404). Re-registration via the platform's /registry/register endpoint is needed.`,
    });
  });

  it.each<[number, string]>([
    [403, ""],
    [404, ""],
    [404, "404 page not found"],
    [404, "<html></html>"],
  ])("asks for the tenant headers after a %i with the body %j", async (status, body) => {
    const diagnostic = await diagnosticOf({ status, body });
    expect(diagnostic).toMatchObject({ code: "wrong_tenant", status });
    expect(diagnostic?.message).toContain("orgId");
    expect(diagnostic?.message).toContain("origin");
  });

  it.each([500, 501])("says Platform error for a %i at once", async (status) => {
    expect(await diagnosticOf({ status, body: { error: "lookup failed" } })).toEqual({
      code: "platform_error",
      status,
      message: `Platform error: HTTP ${status}.`,
    });
  });

  it.each([502, 503, 504])("says Platform error for a %i after its repeats", async (status) => {
    expect(await diagnosticOf({ status, body: "<html>" }, 3)).toEqual({
      code: "platform_error",
      status,
      message: `Platform error: HTTP ${status}.`,
    });
  });

  it.each([
    [418, "bad_request"],
    [400, "bad_request"],
    [302, "bad_response"],
    [304, "bad_response"],
  ])("is unexpected for a %i", async (status, code) => {
    expect(await diagnosticOf({ status, body: "" })).toEqual({
      code,
      status,
      message: `Unexpected platform response: HTTP ${status}.`,
    });
  });

  it("tells a rate limit after its repeats", async () => {
    const limited = { status: 429, body: { error: "rate limit exceeded" }, headers: { "retry-after": "0" } };
    const diagnostic = await diagnosticOf(limited, 2);
    expect(diagnostic).toMatchObject({ code: "rate_limited", status: 429 });
    expect(diagnostic?.message).toMatch(/^Unexpected platform response: HTTP 429\./);
  });

  it("says that the platform cannot be reached, and why", async () => {
    const away = { error: "ECONNREFUSED", errorText: "connect ECONNREFUSED 127.0.0.1:8080" };
    const diagnostic = await diagnosticOf(away, 3);
    expect(diagnostic).toEqual({
      code: "network",
      message: `Cannot reach platform at ${PLATFORM}: ConnectError: connect ECONNREFUSED 127.0.0.1:8080`,
    });
  });

  it.each([
    ["a page", "<html>"],
    ["nothing", ""],
    ["half a list", '[{"id":'],
  ])("says that the body was not JSON for %s", async (_, body) => {
    const diagnostic = await diagnosticOf({ body });
    expect(diagnostic).toMatchObject({ code: "bad_response", status: 200 });
    expect(diagnostic?.message).toMatch(/^Platform returned 200 but body was not JSON: ./);
  });

  it.each([
    ["{}", "dict"],
    ['"peers"', "str"],
    ["7", "int"],
    ["7.5", "float"],
    ["true", "bool"],
    ["null", "NoneType"],
  ])("names the type of a body that is %s", async (body, type) => {
    expect(await diagnosticOf({ body })).toEqual({
      code: "bad_response",
      status: 200,
      message: `Platform returned 200 but body was not a list: ${type}`,
    });
  });

  it("stands alone when the list began to come and did not end well", async () => {
    platform.answer(ROUTE, { body: [{ id: PEER, name: "x".repeat(100) }] });
    const { diagnostic } = await testClient({ limits: { responseBytes: 20 } }).listPeers();
    expect(diagnostic?.code).toBe("too_large");
    expect(diagnostic?.message).toMatch(/^The answer is too large/);
  });

  it("is gone with the next list that works", async () => {
    platform.answer(ROUTE, { status: 500, body: "" }, { body: [] });
    const client = testClient();
    expect((await client.listPeers()).diagnostic).not.toBeNull();
    expect((await client.listPeers()).diagnostic).toBeNull();
  });
});

describe("a list that is asked again by itself", () => {
  it.each<[string, Answer]>([
    ["a refused connection", { error: "ECONNREFUSED" }],
    ["a reset", { error: "ECONNRESET" }],
    [
      "a rate limit",
      { status: 429, body: { error: "rate limit exceeded" }, headers: { "retry-after": "0" } },
    ],
    ["a 502", { status: 502, body: "" }],
    ["a 503", { status: 503, body: { error: "…", code: "platform_unavailable" } }],
    ["a 504", { status: 504, body: "" }],
  ])("recovers from %s", async (_, answer) => {
    platform.answer(ROUTE, answer, { body: [{ id: PEER }] });
    expect(await testClient().listPeers()).toEqual({ peers: [{ id: PEER }], diagnostic: null });
  });
});

describe("what is not the platform's fault", () => {
  it("is thrown, not put into the diagnostic", async () => {
    const client = testClient();
    expect(await failureOf(client.listPeers({ source: STRANGER }))).toMatchObject({
      code: "invalid_argument",
    });
    const badToken = testClient({ token: () => "two words" });
    expect(await failureOf(badToken.listPeers())).toMatchObject({ code: "configuration" });
    const reason = new Error("enough");
    await expect(client.listPeers({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
