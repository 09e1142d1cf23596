import { afterEach, beforeEach, expect, it } from "vitest";
import { startPlatform, type TestPlatform, type TestWorkspace } from "../../../src/testing/index";
import { requestAs } from "../helpers/delegations";
import { asCaller, call } from "../helpers/exchange";
import { beat } from "../helpers/registry";

let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace({ name: "Me" });
});
afterEach(() => platform.close());

interface Row {
  id: string;
  prefix: string;
  last_used_at: string | null;
}

const issueToken = async () =>
  (await requestAs(platform, me, "POST", "/tokens")).json as { auth_token: string };
const rows = async (query = "") =>
  ((await requestAs(platform, me, "GET", `/tokens${query}`)).json as { tokens: Row[]; count: number }).tokens;
const revoke = (id: string) =>
  call(`${platform.url}/workspaces/${me.id}/tokens/${id}`, { method: "DELETE", headers: asCaller(me) });
const state = (token: string) => requestAs(platform, { ...me, token }, "GET", "/state");

it("issues one more token, which is accepted beside the first", async () => {
  expect(await requestAs(platform, me, "POST", "/tokens")).toMatchObject({
    status: 201,
    json: {
      auth_token: expect.stringMatching(/^[\w-]{43}$/),
      workspace_id: me.id,
      message: expect.any(String),
    },
  });
  const { auth_token } = await issueToken();
  expect((await state(auth_token)).status).toBe(200);
  expect((await state(me.token ?? "")).status).toBe(200);
});

it("lists live tokens newest first, with prefix and last use", async () => {
  const { auth_token } = await issueToken();
  expect(await rows()).toEqual([
    {
      id: expect.any(String),
      prefix: auth_token.slice(0, 8),
      created_at: expect.any(String),
      last_used_at: null,
    },
    {
      id: expect.any(String),
      prefix: me.token?.slice(0, 8),
      created_at: expect.any(String),
      last_used_at: expect.any(String),
    },
  ]);
  expect(await rows("?limit=1&offset=1")).toMatchObject([{ prefix: me.token?.slice(0, 8) }]);
});

it("revokes one token and keeps the others", async () => {
  const { auth_token } = await issueToken();
  const [newest] = await rows();
  expect(await revoke(newest?.id ?? "")).toMatchObject({ status: 200, json: { status: "revoked" } });
  expect((await state(auth_token)).status).toBe(401);
  expect((await state(me.token ?? "")).status).toBe(200);
  expect(await revoke(newest?.id ?? "")).toMatchObject({
    status: 404,
    json: { error: "token not found or already revoked" },
  });
});

it("refuses more than 50 live tokens, without Retry-After", async () => {
  for (let count = 1; count < 50; count += 1) await issueToken();
  const refused = await requestAs(platform, me, "POST", "/tokens");
  expect(refused).toMatchObject({ status: 429, json: { error: "maximum 50 active tokens per workspace" } });
  expect(refused.headers).not.toHaveProperty("retry-after");
});

it("refuses the list without a token", async () => {
  expect((await requestAs(platform, { ...me, token: null }, "POST", "/tokens")).status).toBe(401);
});

it.each(["GET /state", "GET /activity", "GET /budget", "GET /tokens", "POST /tokens"])(
  "answers 500 to the admin for %s of an id that is not a UUID",
  async (route) => {
    await using owned = await startPlatform({ adminToken: "operator" });
    const [method, path] = route.split(" ");
    const url = `${owned.url}/workspaces/xyz${path}`;
    const as = (token: string) =>
      call(url, { method: method ?? "", headers: { authorization: `Bearer ${token}` } });
    expect(await as("operator")).toMatchObject({ status: 500, json: { error: "query failed" } });
    expect((await as("wrong")).status).toBe(401);
  },
);

it("issues a token for a removed workspace that is never accepted, as a registration does", async () => {
  await using owned = await startPlatform({ adminToken: "operator" });
  const gone = owned.addWorkspace({ status: "removed" });
  const operator = { authorization: "Bearer operator" };
  const base = `${owned.url}/workspaces/${gone.id}`;
  expect((await beat(owned, { id: gone.id })).status).toBe(200);
  const minted = await call(`${base}/tokens`, { method: "POST", headers: operator });
  expect(minted).toMatchObject({ status: 201, json: { auth_token: expect.stringMatching(/^[\w-]{43}$/) } });
  const { auth_token: token } = minted.json as { auth_token: string };
  for (const shown of [undefined, token]) {
    expect((await beat(owned, { id: gone.id, ...(shown && { token: shown }) })).status).toBe(401);
  }
  gone.setStatus("online");
  expect((await call(`${base}/state`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
});
