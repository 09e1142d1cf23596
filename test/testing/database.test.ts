import { afterEach, describe, expect, it } from "vitest";
import { startPlatform, type TestPlatform, type TestWorkspace } from "../../src/testing/index";
import { delegateTask, getDelegationId, listRows, requestAs, waitForRows } from "./helpers/delegations";
import { asCaller, call, send } from "./helpers/exchange";
import { beat, register, updateCard } from "./helpers/registry";

const DENIED = "access denied: workspaces cannot communicate per hierarchy rules";

let platform: TestPlatform;
let me: TestWorkspace;
let peer: TestWorkspace;
afterEach(() => platform.close());

async function start(version: "2026-04" | "2026-05"): Promise<void> {
  platform = await startPlatform({ version, adminToken: "operator" });
  me = platform.addWorkspace({ name: "Me" });
  peer = platform.addWorkspace({ name: "Peer", reply: () => "hi" });
}

describe.each(["2026-04", "2026-05"] as const)("while the database of %s is away", (version) => {
  it("reads fail, and access checks deny", async () => {
    await start(version);
    platform.databaseAway();
    expect(await call(`${platform.url}/workspaces/${me.id}`)).toMatchObject({
      status: 500,
      json: { error: "query failed" },
    });
    expect(await send(platform, me, peer)).toMatchObject({ status: 403, json: { error: DENIED } });
    expect(await send(platform, null, peer)).toMatchObject({ status: 500, json: { error: "lookup failed" } });
    const discover = `${platform.url}/registry/discover/${peer.id}`;
    expect(await call(discover, { headers: asCaller(me) })).toMatchObject({
      status: 403,
      json: { error: "not authorized to discover this workspace" },
    });
    expect(await call(discover)).toMatchObject({ status: 400 });
    const ids = { caller_id: me.id, target_id: peer.id };
    const access = await call(`${platform.url}/registry/check-access`, { method: "POST", body: ids });
    expect(access.json).toEqual({ allowed: false });
    expect(await call(`${platform.url}/registry/${me.id}/peers`)).toMatchObject({
      status: 500,
      json: { error: "lookup failed" },
    });
    expect((await call(`${platform.url}/health`)).status).toBe(200);
  });

  it("nothing is written", async () => {
    await start(version);
    platform.databaseAway();
    expect(await beat(platform, me)).toMatchObject({ status: 500, json: { error: "failed to update" } });
    expect(await register(platform, me)).toMatchObject({
      status: 500,
      json: { error: "registration failed" },
    });
    expect(await updateCard(platform, me, {})).toMatchObject({
      status: 500,
      json: { error: "failed to update card" },
    });
    expect(me.state).toMatchObject({ lastHeartbeatAt: null, url: "" });
  });

  it("a missing token is missed, and the operator's is known", async () => {
    await start(version);
    platform.databaseAway();
    const list = (token: string | null) => requestAs(platform, { ...me, token }, "GET", "/delegations");
    expect(await list(null)).toMatchObject({ status: 401, json: { error: "missing workspace auth token" } });
    expect(await list("operator")).toMatchObject({ status: 500, json: { error: "query failed" } });
  });

  it("a delegation that ends leaves no row, and stays dispatched for ever", async () => {
    await start(version);
    let finish = (_text: string): void => undefined;
    peer.setReply(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    const id = getDelegationId(await delegateTask(platform, me, peer));
    while (peer.received.length === 0) await new Promise(setImmediate);
    const end = platform.databaseAway();
    finish("done");
    await platform.waitForRequest("POST /workspaces/:id/delegate");
    await new Promise((resolve) => setTimeout(resolve, 20));
    end();
    expect(await listRows(platform, me)).toMatchObject([{ delegation_id: id, status: "dispatched" }]);
  });

  it("ends when the test says so", async () => {
    await start(version);
    const end = platform.databaseAway();
    end();
    expect((await send(platform, me, peer)).status).toBe(200);
    await delegateTask(platform, me, peer);
    expect(await waitForRows(platform, me, 2)).toHaveLength(2);
  });
});

it.each([
  ["2026-04", 401, { error: "invalid workspace auth token" }],
  ["2026-05", 503, { error: "platform datastore unavailable — retry shortly", code: "platform_unavailable" }],
] as const)("without its database %s answers a good token with %i", async (version, status, json) => {
  await start(version);
  platform.databaseAway();
  for (const [method, path, body] of [
    ["GET", "/delegations", undefined],
    ["GET", "/activity", undefined],
    ["POST", "/notify", { message: "hi" }],
    ["POST", "/delegate", { target_id: peer.id, task: "go" }],
  ] as const) {
    expect(await requestAs(platform, me, method, path, body)).toMatchObject({ status, json });
  }
  expect(peer.received).toEqual([]);
});
