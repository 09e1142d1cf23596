import type { A2AErrorCode } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, PEER, PLATFORM, TOKEN } from "../helpers/ids";
import { type Answer, nockPlatform } from "../helpers/nock-platform";

const platform = nockPlatform();
const ROUTE = `GET /workspaces/${OWN}`;
const QUERY_FAILED = { status: 500, body: { error: "query failed" } };
const DEFAULT_HINT =
  "Workspace was deleted on the platform. Regenerate workspace + token from the canvas → Tokens tab.";

describe("getWorkspaceInfo", () => {
  it("requests the own workspace, with its token", async () => {
    platform.answer(ROUTE, { body: { id: OWN } });
    await testClient().getWorkspaceInfo();
    expect(platform.sent).toMatchObject([
      { path: `/workspaces/${OWN}`, headers: { authorization: `Bearer ${TOKEN}`, "x-workspace-id": OWN } },
    ]);
  });

  it("returns the record as the platform sent it", async () => {
    const record = {
      id: OWN,
      name: "Me",
      role: null,
      status: "paused",
      runtime: "external",
      x: 1.5,
      collapsed: false,
    };
    platform.answer(ROUTE, { body: record });
    expect(await testClient().getWorkspaceInfo()).toEqual(record);
  });

  it("stores no name", async () => {
    platform.answer(ROUTE, { body: { id: OWN, name: "Me" } });
    const client = testClient();
    await client.getWorkspaceInfo();
    expect(client.peerName(PEER)).toBeUndefined();
  });
});

describe("a removed workspace", () => {
  it.each<[string, unknown, string]>([
    ["a full body", { error: "workspace removed", id: OWN, removed_at: "2026-05-01T12:00:00Z", hint: "Ask Ann." }, `Workspace ${OWN} was removed from the platform at 2026-05-01T12:00:00Z. Ask Ann.`],
    ["a hint without its full stop", { id: OWN, removed_at: null, hint: "Regenerate workspace + token from the canvas → Tokens tab" }, `Workspace ${OWN} was removed from the platform. Regenerate workspace + token from the canvas → Tokens tab.`],
    ["an empty object", {}, `Workspace ${OWN} was removed from the platform. ${DEFAULT_HINT}`],
    ["no body", "", `Workspace ${OWN} was removed from the platform. ${DEFAULT_HINT}`],
    ["a body that is no JSON", "<html>gone</html>", `Workspace ${OWN} was removed from the platform. ${DEFAULT_HINT}`],
    ["a body that is a list", "[1]", `Workspace ${OWN} was removed from the platform. ${DEFAULT_HINT}`],
    ["fields of wrong types", { id: 7, removed_at: 7, hint: 7 }, `Workspace ${OWN} was removed from the platform. ${DEFAULT_HINT}`],
    ["an empty hint", { hint: "" }, `Workspace ${OWN} was removed from the platform. ${DEFAULT_HINT}`],
  ])("is recognised by a 410 with %s", async (_, body, message) => {
    platform.answer(ROUTE, { status: 410, body });
    const error = await failureOf(testClient().getWorkspaceInfo());
    expect(error).toMatchObject({ code: "workspace_removed", status: 410, retryable: false, attempts: 1 });
    expect(error.message).toBe(message);
  }); // biome-ignore format: a table reads best in rows

  it("is recognised by the status in its record", async () => {
    platform.answer(ROUTE, { body: { id: OWN, name: "Me", status: "removed" } });
    const error = await failureOf(testClient().getWorkspaceInfo());
    expect(error).toMatchObject({ code: "workspace_removed", status: 200, retryable: false });
    expect(error.message).toContain(DEFAULT_HINT);
  });
});

describe("getWorkspaceInfo that fails", () => {
  it.each<[string, Answer, A2AErrorCode]>([
    ["a malformed id", { status: 400, body: { error: "invalid workspace ID" } }, "bad_request"],
    ["a refused token", { status: 401, body: { error: "invalid workspace auth token" } }, "unauthorized"],
    ["an unknown workspace", { status: 404, body: { error: "workspace not found" } }, "peer_not_found"],
    ["an empty 404", { status: 404, body: "" }, "wrong_tenant"],
    ["an empty 403", { status: 403, body: "" }, "wrong_tenant"],
    ["a redirect", { status: 307, body: "", headers: { location: "http://elsewhere.test/" } }, "bad_response"],
    ["no JSON", { body: "" }, "bad_response"],
    ["a JSON array", { body: "[]" }, "bad_response"],
    ["a record with an invalid id", { body: { id: "../x" } }, "bad_response"],
  ])("rejects at once for %s", async (_, answer, code) => {
    platform.answer(ROUTE, answer);
    expect(await failureOf(testClient().getWorkspaceInfo())).toMatchObject({
      code,
      status: answer.status ?? 200,
      attempts: 1,
      delivery: "not-sent",
      target: `${PLATFORM}/workspaces/${OWN}`,
    });
  }); // biome-ignore format: a table reads best in rows

  it("retries transient failures", async () => {
    platform.answer(ROUTE, { error: "ECONNREFUSED" }, { status: 503, body: "" }, QUERY_FAILED, {
      body: { id: OWN },
    });
    expect(await testClient().getWorkspaceInfo()).toEqual({ id: OWN });
  });
});
