import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPlatform, type TestPlatform, type TestWorkspace } from "../../../src/testing/index";
import { asCaller, call } from "../helpers/exchange";

const NOBODY = "99999999-9999-4999-8999-999999999999";

let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace({ name: "Me" });
});
afterEach(() => platform.close());

const post = (path: string, body: unknown) => call(platform.url + path, { method: "POST", body });

describe("discover", () => {
  const discover = (id: string, headers = asCaller(me)) =>
    call(`${platform.url}/registry/discover/${id}`, { headers });

  it("returns id, URL and name of a peer", async () => {
    const peer = platform.addWorkspace({ name: "Lead", url: "http://127.0.0.1:40123/a2a" });
    expect((await discover(peer.id.toUpperCase())).json).toEqual({
      id: peer.id.toUpperCase(),
      url: "http://127.0.0.1:40123/a2a",
      name: "Lead",
    });
  });

  it("returns the container name of an agent that is a reply", async () => {
    const peer = platform.addWorkspace({ id: "2f6a0d1e-77b1-4111-8111-111111111111", reply: () => "" });
    expect((await discover(peer.id)).json).toMatchObject({ url: "http://ws-2f6a0d1e-77b:8000" });
  });

  it("returns the host's name for loopback to a caller in a container", async () => {
    const inside = platform.addWorkspace({ reply: () => "" });
    const peer = platform.addWorkspace({ url: "http://localhost:40123" });
    expect((await discover(peer.id, asCaller(inside))).json).toMatchObject({
      url: "http://host.docker.internal:40123",
    });
  });

  it("requires the id of the caller", async () => {
    expect(await discover(me.id, {})).toMatchObject({
      status: 400,
      json: { error: "X-Workspace-ID header is required" },
    });
  });

  it.each([
    ["no bearer", {}, "missing workspace auth token"],
    ["another scheme", { authorization: "Basic abc" }, "missing workspace auth token"],
    ["a scheme in lower case", { authorization: "bearer abc" }, "missing workspace auth token"],
    ["a wrong token", { authorization: "Bearer abc" }, "invalid workspace auth token"],
  ])("refuses %s with 401", async (_name, headers, error) => {
    const answer = await discover(me.id, { "x-workspace-id": me.id, ...(headers as Record<string, string>) });
    expect(answer).toMatchObject({ status: 401, json: { error } });
  });

  it("refuses the token of another workspace", async () => {
    const peer = platform.addWorkspace({ reply: () => "" });
    const answer = await discover(peer.id, { ...asCaller(me), "x-workspace-id": peer.id });
    expect(answer).toMatchObject({ status: 401, json: { error: "invalid workspace auth token" } });
  });

  it("lets a workspace without a live token pass", async () => {
    const bare = platform.addWorkspace({ token: null, reply: () => "" });
    expect((await discover(bare.id, asCaller(bare))).status).toBe(200);
  });

  it("answers workspaces without access and unknown ids alike", async () => {
    const team = platform.addWorkspace({});
    const stranger = platform.addWorkspace({ parentId: team.id, reply: () => "" });
    for (const answer of [
      await discover(stranger.id),
      await discover(NOBODY),
      await discover(me.id, { "x-workspace-id": NOBODY }),
    ]) {
      expect(answer).toMatchObject({
        status: 403,
        json: { error: "not authorized to discover this workspace" },
      });
    }
  });

  it("answers 500 to a caller that is not a UUID and asks for itself", async () => {
    const headers = { "x-workspace-id": "xyz" };
    expect(await call(`${platform.url}/registry/discover/xyz`, { headers })).toMatchObject({
      status: 500,
      json: { error: "lookup failed" },
    });
  });

  it("answers 404 to an unknown workspace that asks for itself", async () => {
    expect(await discover(NOBODY, { "x-workspace-id": NOBODY })).toMatchObject({
      status: 404,
      json: { error: "workspace not found" },
    });
  });

  it.each(["provisioning", "paused", "hibernated", "failed", "awaiting_agent", "removed"])(
    "says that a %s peer is not available",
    async (status) => {
      for (const agent of [{}, { reply: () => "" }, { url: "http://127.0.0.1:1" }]) {
        const peer = platform.addWorkspace({ ...agent, status });
        expect(await discover(peer.id)).toMatchObject({
          status: 503,
          json: { error: "workspace not available", status },
        });
      }
    },
  );

  it("does not return a blocked URL", async () => {
    const peer = platform.addWorkspace({ url: "http://169.254.169.254/" });
    expect(await discover(peer.id)).toMatchObject({
      status: 503,
      json: { error: "workspace URL failed safety check" },
    });
  });
});

describe("peers", () => {
  const peersOf = (workspace: TestWorkspace, query = "") =>
    call(`${platform.url}/registry/${workspace.id}/peers${query}`, { headers: asCaller(workspace) });

  it("lists siblings, then children, then the parent", async () => {
    const parent = platform.addWorkspace({ name: "parent" });
    const family = { parentId: parent.id };
    const self = platform.addWorkspace({ name: "self", ...family });
    platform.addWorkspace({ name: "child", parentId: self.id });
    platform.addWorkspace({ name: "sibling", ...family });
    platform.addWorkspace({ name: "removed", status: "removed", ...family });
    platform.addWorkspace({ name: "niece", parentId: NOBODY });
    const rows = (await peersOf(self)).json as { name: string }[];
    expect(rows.map(({ name }) => name)).toEqual(["sibling", "child", "parent"]);
  });

  it("lists roots as siblings, offline ones too", async () => {
    const lead = platform.addWorkspace({ name: "Lead", role: "research", url: "http://127.0.0.1:40123" });
    const helper = platform.addWorkspace({ name: "Helper", status: "offline" });
    const common = { tier: 2, parent_id: null, active_tasks: 0, agent_card: null };
    expect((await peersOf(me)).json).toEqual([
      {
        id: lead.id,
        name: "Lead",
        role: "research",
        status: "online",
        url: "http://127.0.0.1:40123",
        ...common,
      },
      { id: helper.id, name: "Helper", role: null, status: "offline", url: "", ...common },
    ]);
  });

  it("is an empty array for a workspace without peers", async () => {
    expect(await peersOf(me)).toMatchObject({ status: 200, json: [] });
  });

  it("searches name and role without regard to case, and fails with a peer without a role", async () => {
    const lead = platform.addWorkspace({ name: "Lead", role: "Research" });
    platform.addWorkspace({ name: "Helper", role: "other" });
    expect((await peersOf(me, "?q=%20RESEARCH%20")).json).toMatchObject([{ id: lead.id }]);
    platform.addWorkspace({ name: "Nobody in particular" });
    expect(await peersOf(me, "?q=lead")).toMatchObject({ status: 500, text: "" });
  });

  it("is 500 for an id that is not a UUID", async () => {
    expect(await peersOf({ ...me, id: "xyz" })).toMatchObject({
      status: 500,
      json: { error: "lookup failed" },
    });
  });

  it("requires the caller's token, and is 404 for an unknown one", async () => {
    expect(await peersOf({ ...me, token: null })).toMatchObject({
      status: 401,
      json: { error: "missing workspace auth token" },
    });
    expect(await peersOf({ ...me, id: NOBODY })).toMatchObject({
      status: 404,
      json: { error: "workspace not found" },
    });
  });
});

describe("check-access", () => {
  const allowed = async (caller: { id: string }, target: { id: string }) => {
    const answer = await post("/registry/check-access", { caller_id: caller.id, target_id: target.id });
    return (answer.json as { allowed: boolean }).allowed;
  };

  it("allows relatives and nobody else", async () => {
    const other = platform.addWorkspace({});
    const child = platform.addWorkspace({ parentId: me.id });
    const twin = platform.addWorkspace({ parentId: me.id });
    const grandchild = platform.addWorkspace({ parentId: child.id });
    expect(await allowed(me, me)).toBe(true);
    expect(await allowed(me, other)).toBe(true);
    expect(await allowed(child, twin)).toBe(true);
    expect(await allowed(me, grandchild)).toBe(true);
    expect(await allowed(grandchild, me)).toBe(true);
    expect(await allowed(grandchild, twin)).toBe(false);
    expect(await allowed(other, child)).toBe(false);
    expect(await allowed(me, { id: NOBODY })).toBe(false);
    expect(await allowed({ id: NOBODY }, { id: NOBODY })).toBe(true);
  });

  it("follows parents for 32 steps and no further", async () => {
    const chain = [me];
    for (let step = 0; step < 33; step++) {
      chain.push(platform.addWorkspace({ parentId: chain.at(-1)?.id ?? me.id }));
    }
    expect(await allowed(me, chain[32] ?? me)).toBe(true);
    expect(await allowed(me, chain[33] ?? me)).toBe(false);
  });

  it.each([
    {},
    [],
    "oops",
    { caller_id: "a" },
    { caller_id: "", target_id: "b" },
    { caller_id: 1, target_id: 2 },
  ])("refuses the body %j", async (body) => {
    expect(await post("/registry/check-access", body)).toMatchObject({
      status: 400,
      json: { error: "invalid request body" },
    });
  });
});
