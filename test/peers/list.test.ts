import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OTHER_PEER, OWN, PEER, PLATFORM, SECOND, STRANGER } from "../helpers/ids";
import { type Answer, nockPlatform } from "../helpers/nock-platform";

const platform = nockPlatform();
const ROUTE = `GET /registry/${OWN}/peers`;

/** The diagnostic of a list when the platform responds like this to every attempt. */
async function diagnosticOf(answer: Answer, attempts = 1) {
  platform.answer(ROUTE, ...Array<Answer>(attempts).fill(answer));
  const list = await testClient({ retry: { maxAttempts: attempts } }).listPeers();
  expect(list.peers).toEqual([]);
  return list.diagnostic;
}

describe("listPeers", () => {
  it("requests the list of the own workspace, without the query", async () => {
    platform.answer(ROUTE, { body: [] });
    await testClient().listPeers({ query: "research" });
    expect(platform.sent).toMatchObject([
      { method: "GET", path: `/registry/${OWN}/peers`, headers: { "x-workspace-id": OWN }, body: undefined },
    ]);
    expect(platform.sent[0]?.headers).not.toHaveProperty("content-type");
  });

  it("returns no diagnostic for an empty list", async () => {
    platform.answer(ROUTE, { body: [] });
    expect(await testClient().listPeers()).toEqual({ peers: [], diagnostic: null });
  });

  it("returns the rows as the platform sent them, unknown fields and offline peers included", async () => {
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

  it("normalises ids", async () => {
    platform.answer(ROUTE, { body: [{ id: ` ${PEER.toUpperCase()} ` }] });
    expect((await testClient().listPeers()).peers).toEqual([{ id: PEER }]);
  });

  it("leaves out rows without a valid id, and counts them", async () => {
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

  it("stores the names of the peers", async () => {
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

  it("is safe from prototype pollution by a row", async () => {
    platform.answer(ROUTE, { body: `[{"id":"${PEER}","__proto__":{"polluted":1}}]` });
    const { peers } = await testClient().listPeers();
    expect(peers[0]?.polluted).toBeUndefined();
    expect(Object.getPrototypeOf(peers[0])).toBe(Object.prototype);
  });
});

describe("the query of listPeers", () => {
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
  ])("%j keeps the peers whose name, role or id contains it", async (query, ids) => {
    platform.answer(ROUTE, { body: ROWS });
    const { peers, diagnostic } = await testClient().listPeers({ query });
    expect(peers.map((peer) => peer.id)).toEqual(ids);
    expect(diagnostic).toBeNull();
  });

  it("does not hide the number of rows that were left out", async () => {
    platform.answer(ROUTE, { body: [{ id: "x" }] });
    expect((await testClient().listPeers({ query: "lead" })).diagnostic).toMatchObject({ skipped: 1 });
  });
});

describe("the diagnostic of listPeers", () => {
  it.each([401, 403])("points at the token after a %i", async (status) => {
    expect(await diagnosticOf({ status, body: { error: "invalid workspace auth token" } })).toEqual({
      code: status === 401 ? "unauthorized" : "access_denied",
      status,
      message: `Authentication to platform failed (HTTP ${status}). The workspace bearer token may be invalid — restarting the workspace usually re-mints it.`,
    });
  });

  it("says that no token was sent, and where one was searched", async () => {
    platform.answer(ROUTE, { status: 401, body: { error: "missing workspace auth token" } });
    const { diagnostic } = await testClient({ token: undefined }).listPeers();
    expect(diagnostic).toMatchObject({ code: "unauthorized", status: 401 });
    const file = join(process.env.CONFIGS_DIR ?? "", ".auth_token");
    expect(diagnostic?.message).toBe(
      `Authentication to platform failed (HTTP 401). No token was sent: none was found in the option \`token\`, MOLECULE_WORKSPACE_TOKEN, MOLECULE_WORKSPACE_TOKEN_FILE, ${file}. Give the client the token of this workspace.`,
    );
  });

  it("says the same to the caller of a send", async () => {
    platform.answerMessage({ status: 401, body: { error: "missing caller auth token" } });
    const { message } = await failureOf(testClient({ token: null }).sendA2AMessage(PEER, "hi"));
    expect(message).toContain("No token was sent: none was found in the option `token`, ");
    expect(message).not.toContain("restarting the workspace");
  });

  it.each<[string, Answer]>([
    ["its status", { body: { id: OWN, status: "removed" } }],
    ["a 410", { status: 410, body: { id: OWN } }],
  ])("says that the workspace was removed, by %s", async (_, record) => {
    platform.answer(ROUTE, { status: 401, body: { error: "invalid workspace auth token" } });
    platform.answer(`GET /workspaces/${OWN}`, record);
    const { diagnostic } = await testClient().listPeers();
    expect(diagnostic).toMatchObject({ code: "workspace_removed", status: 401 });
    expect(diagnostic?.message).toContain(`Workspace ${OWN} was removed from the platform.`);
    expect(diagnostic?.message).not.toContain("re-mints");
  });

  it("says that an unknown workspace has to be registered", async () => {
    platform.answer(ROUTE, { status: 401, body: { error: "invalid workspace auth token" } });
    platform.answer(`GET /workspaces/${OWN}`, { status: 404, body: { error: "workspace not found" } });
    const { diagnostic } = await testClient().listPeers();
    expect(diagnostic?.message).toContain("call client.register()");
  });

  it("names the requesting workspace after a 404", async () => {
    platform.answer(`GET /registry/${SECOND}/peers`, { status: 404, body: { error: "workspace not found" } });
    const client = testClient({
      workspaceId: undefined,
      token: undefined,
      workspaces: [{ id: OWN }, { id: SECOND }],
    });
    expect((await client.listPeers({ source: SECOND })).diagnostic).toEqual({
      code: "peer_not_found",
      status: 404,
      message: `Workspace ID ${SECOND} is not registered with the platform (HTTP 404). Re-registration via the platform's /registry/register endpoint is needed. Call client.register().`,
    });
  });

  it.each<[number, string]>([
    [403, ""],
    [404, ""],
    [404, "404 page not found"],
    [404, "<html></html>"],
  ])("points at the tenant headers after a %i with the body %j", async (status, body) => {
    const diagnostic = await diagnosticOf({ status, body });
    expect(diagnostic).toMatchObject({ code: "wrong_tenant", status });
    expect(diagnostic?.message).toContain("orgId");
    expect(diagnostic?.message).toContain("origin");
  });

  it.each([500, 501])("reports a platform error for a %i at once", async (status) => {
    expect(await diagnosticOf({ status, body: { error: "lookup failed" } })).toEqual({
      code: "platform_error",
      status,
      message: `Platform error: HTTP ${status}.`,
    });
  });

  it.each([502, 503, 504])("reports a platform error for a %i after all attempts", async (status) => {
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
  ])("reports an unexpected response for a %i", async (status, code) => {
    expect(await diagnosticOf({ status, body: "" })).toEqual({
      code,
      status,
      message: `Unexpected platform response: HTTP ${status}.`,
    });
  });

  it("reports a rate limit after all attempts", async () => {
    const limited = { status: 429, body: { error: "rate limit exceeded" }, headers: { "retry-after": "0" } };
    const diagnostic = await diagnosticOf(limited, 2);
    expect(diagnostic).toMatchObject({ code: "rate_limited", status: 429 });
    expect(diagnostic?.message).toMatch(/^Unexpected platform response: HTTP 429\./);
  });

  it("reports that the platform cannot be reached, and why", async () => {
    const away = { error: "ECONNREFUSED", errorText: "connect ECONNREFUSED 127.0.0.1:8080" };
    const diagnostic = await diagnosticOf(away, 3);
    expect(diagnostic).toEqual({ code: "network", message: expect.any(String) });
    const { message = "" } = diagnostic ?? {};
    expect(message).toMatch(`Cannot reach platform at ${PLATFORM}: Could not connect to the platform`);
    expect(message).toContain("connect ECONNREFUSED 127.0.0.1:8080");
    expect(message).toContain("Check the platform URL and that the platform is running.");
    expect(message).not.toContain("ConnectError");
  });

  it.each([
    ["an HTML page", "<html>"],
    ["an empty body", ""],
    ["a truncated list", '[{"id":'],
  ])("reports a body that is not JSON: %s", async (_, body) => {
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
  ])("names the type of the body %s", async (body, type) => {
    expect(await diagnosticOf({ body })).toEqual({
      code: "bad_response",
      status: 200,
      message: `Platform returned 200 but body was not a list: ${type}`,
    });
  });

  it("is complete in itself when the body is too large", async () => {
    platform.answer(ROUTE, { body: [{ id: PEER, name: "x".repeat(100) }] });
    const { diagnostic } = await testClient({ limits: { responseBytes: 20 } }).listPeers();
    expect(diagnostic?.code).toBe("too_large");
    expect(diagnostic?.message).toMatch(/^The answer is too large/);
  });

  it("is null again for the next list that succeeds", async () => {
    platform.answer(ROUTE, { status: 501, body: "" }, { body: [] });
    const client = testClient();
    expect((await client.listPeers()).diagnostic).not.toBeNull();
    expect((await client.listPeers()).diagnostic).toBeNull();
  });
});

describe("the retries of listPeers", () => {
  it.each<[string, Answer]>([
    ["a refused connection", { error: "ECONNREFUSED" }],
    ["a reset", { error: "ECONNRESET" }],
    [
      "a rate limit",
      { status: 429, body: { error: "rate limit exceeded" }, headers: { "retry-after": "0" } },
    ],
    ["a failed query", { status: 500, body: { error: "query failed" } }],
    ["an empty 500", { status: 500, body: "" }],
    ["a 502", { status: 502, body: "" }],
    ["a 503", { status: 503, body: { error: "…", code: "platform_unavailable" } }],
    ["a 504", { status: 504, body: "" }],
  ])("recover from %s", async (_, answer) => {
    platform.answer(ROUTE, answer, { body: [{ id: PEER }] });
    expect(await testClient().listPeers()).toEqual({ peers: [{ id: PEER }], diagnostic: null });
  });
});

describe("an error of the caller", () => {
  it("rejects instead of being a diagnostic", async () => {
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
