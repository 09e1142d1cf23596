import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { call } from "../helpers/exchange";
import { beat, register, updateCard } from "../helpers/registry";

const NOBODY = "99999999-9999-4999-8999-999999999999";
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const UNREADABLE = { status: 400, json: { error: "invalid request body" } };

let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace({ name: "Me" });
});
afterEach(() => platform.close());

const tokenIn = (answer: { json: unknown }) => (answer.json as { auth_token: string }).auth_token;
const infoOf = async (id: string) => (await call(`${platform.url}/workspaces/${id}`)).json;

describe("the token of a registration", () => {
  it("is issued once to a workspace without one, and is live from then on", async () => {
    const bare = platform.addWorkspace({ token: null });
    const first = await register(platform, { id: bare.id });
    expect(first).toMatchObject({
      status: 200,
      json: { status: "registered", auth_token: expect.stringMatching(TOKEN) },
    });
    expect(bare.token).toBe(tokenIn(first));
    const again = await register(platform, bare);
    expect(again.json).not.toHaveProperty("auth_token");
    expect(again.json).toMatchObject({ status: "registered" });
  });

  it("is required while one is live", async () => {
    const peer = platform.addWorkspace({});
    expect(await register(platform, { id: me.id })).toMatchObject({
      status: 401,
      json: { error: "missing workspace auth token" },
    });
    for (const token of ["wrong", peer.token]) {
      expect(await register(platform, { id: me.id, token })).toMatchObject({
        status: 401,
        json: { error: "invalid workspace auth token" },
      });
    }
    expect(me.state.lastHeartbeatAt).toBeNull();
    expect((await register(platform, me)).status).toBe(200);
  });

  it("is issued again after all were revoked", async () => {
    const old = me.token;
    me.revokeTokens();
    const fresh = tokenIn(await register(platform, { id: me.id }));
    expect(fresh).toMatch(TOKEN);
    expect(fresh).not.toBe(old);
    expect((await beat(platform, { id: me.id, token: fresh })).status).toBe(200);
  });

  it("is issued once when two register at the same time", async () => {
    const bare = platform.addWorkspace({ token: null });
    const answers = await Promise.all([1, 2, 3].map(() => register(platform, { id: bare.id })));
    expect(answers.map(tokenIn).filter((token) => token !== undefined)).toEqual([bare.token]);
  });
});

describe("a registration", () => {
  it("sets the workspace online with its URL and its card, and emits an event", async () => {
    const clock = manualClock();
    await using timed = await startPlatform({ clock });
    const lead = timed.addWorkspace({ name: "Lead", status: "provisioning" });
    await clock.advance(500);
    const agent_card = { name: "lead", skills: [{ id: "plan" }] };
    await register(timed, lead, { agent_card });
    expect(lead.state).toMatchObject({
      status: "online",
      url: "http://127.0.0.1:40123",
      agentCard: agent_card,
      deliveryMode: "push",
      lastHeartbeatAt: 500,
    });
    expect(timed.events).toEqual([
      {
        type: "WORKSPACE_ONLINE",
        workspaceId: lead.id,
        payload: { url: "http://127.0.0.1:40123", agent_card },
      },
    ]);
    expect((await call(`${timed.url}/workspaces/${lead.id}`)).json).toMatchObject({ agent_card });
  });

  it.each(["offline", "degraded", "failed", "awaiting_agent", "paused", "hibernated"])(
    "brings a workspace that was %s online",
    async (status) => {
      me.setStatus(status);
      await register(platform, me);
      expect(me.state.status).toBe("online");
    },
  );

  it("returns the inbound secret each time", async () => {
    for (let round = 0; round < 2; round++) {
      expect((await register(platform, me)).json).toEqual({
        status: "registered",
        delivery_mode: "push",
        platform_inbound_secret: me.inboundSecret,
      });
    }
    me.setInboundSecret("");
    expect((await register(platform, me)).json).not.toHaveProperty("platform_inbound_secret");
  });

  it("of an unknown id creates a workspace with its id as its name", async () => {
    const token = tokenIn(await register(platform, { id: NOBODY.toUpperCase() }));
    expect(await infoOf(NOBODY)).toMatchObject({
      id: NOBODY,
      name: NOBODY,
      status: "online",
      runtime: "external",
      url: "http://127.0.0.1:40123",
    });
    expect((await beat(platform, { id: NOBODY, token: "wrong" })).status).toBe(401);
    expect((await beat(platform, { id: NOBODY, token })).status).toBe(200);
  });

  it("of a removed workspace changes nothing, and returns a token that is never accepted", async () => {
    me.setStatus("removed");
    const answer = await register(platform, { id: me.id });
    expect(answer).toMatchObject({ status: 200, json: { status: "registered" } });
    const token = tokenIn(answer);
    expect(token).toMatch(TOKEN);
    expect(me.state).toMatchObject({ status: "removed", url: "", agentCard: null, lastHeartbeatAt: null });
    expect(me.token).toBeNull();
    for (const late of [
      await beat(platform, { id: me.id, token }),
      await register(platform, { id: me.id, token }),
    ]) {
      expect(late).toMatchObject({ status: 401, json: { error: "invalid workspace auth token" } });
    }
  });

  it("replaces the URL of the registration before, but not a provisioned one on 127.0.0.1", async () => {
    await register(platform, me);
    await register(platform, me, { url: "http://127.0.0.1:40124" });
    expect(me.state.url).toBe("http://127.0.0.1:40124");
    me.setUrl("http://127.0.0.1:50000/agent");
    await register(platform, me);
    expect(me.state.url).toBe("http://127.0.0.1:50000/agent");
    expect(platform.events.at(-1)?.payload.url).toBe("http://127.0.0.1:50000/agent");
    me.setUrl("http://localhost:50000");
    await register(platform, me);
    expect(me.state.url).toBe("http://127.0.0.1:40123");
  });

  it.each([
    "oops",
    [],
    {},
    { url: "http://127.0.0.1:1" },
    { id: "", agent_card: {} },
    { id: 7, agent_card: {} },
    { id: NOBODY, url: "http://127.0.0.1:1" },
    { id: NOBODY, url: 1, agent_card: {} },
    { id: NOBODY, url: "http://127.0.0.1:1", agent_card: {}, delivery_mode: 1 },
  ])("is refused with the body %j", async (body) => {
    const url = `${platform.url}/registry/register`;
    expect(await call(url, { method: "POST", body })).toMatchObject(UNREADABLE);
    expect(platform.events).toEqual([]);
  });

  it("of an id that is not a UUID is answered with 500", async () => {
    expect(await register(platform, { id: "me" })).toMatchObject({
      status: 500,
      json: { error: "registration failed" },
    });
  });
});

describe("a registration without its token at a URL that is blocked", () => {
  it("is refused for the token", async () => {
    expect(await register(platform, { id: me.id }, { url: "http://10.0.0.1" })).toMatchObject({
      status: 401,
      json: { error: "missing workspace auth token" },
    });
  });

  it("is refused for the URL in 2026-04, which is checked first", async () => {
    await using earlier = await startPlatform({ version: "2026-04" });
    const { id } = earlier.addWorkspace({});
    expect(await register(earlier, { id }, { url: "http://10.0.0.1" })).toMatchObject(UNREADABLE);
    expect((await register(earlier, { id })).status).toBe(401);
  });
});

describe("the delivery mode", () => {
  it("is push by default, stays what it was, and is returned", async () => {
    const modeAfter = async (fields: object) => (await register(platform, me, fields)).json;
    expect(await modeAfter({})).toMatchObject({ delivery_mode: "push" });
    expect(await modeAfter({ delivery_mode: "poll" })).toMatchObject({ delivery_mode: "poll" });
    expect(await modeAfter({ url: "" })).toMatchObject({ delivery_mode: "poll" });
    expect(await modeAfter({ url: undefined, delivery_mode: "" })).toMatchObject({ delivery_mode: "poll" });
    expect(me.state.deliveryMode).toBe("poll");
    expect(await modeAfter({ delivery_mode: "push" })).toMatchObject({ delivery_mode: "push" });
  });

  it.each(["Poll", "pull", "PUSH"])("cannot be %s", async (delivery_mode) => {
    expect(await register(platform, me, { delivery_mode })).toMatchObject({
      status: 400,
      json: { error: "delivery_mode must be 'push' or 'poll'" },
    });
  });

  it("push requires a URL", async () => {
    expect(await register(platform, me, { url: "" })).toMatchObject({
      status: 400,
      json: { error: "url is required for push-mode workspaces" },
    });
  });

  it("poll does not check the URL", async () => {
    const answer = await register(platform, me, { delivery_mode: "poll", url: "http://169.254.169.254/" });
    expect(answer.status).toBe(200);
    expect(me.state.url).toBe("");
  });

  it("does not exist in 2026-04, which requires a URL and gives no reason", async () => {
    await using earlier = await startPlatform({ version: "2026-04" });
    const old = earlier.addWorkspace({});
    for (const delivery_mode of ["poll", "Poll", 5]) {
      expect((await register(earlier, old, { delivery_mode })).json).toEqual({ status: "registered" });
    }
    expect(old.state.deliveryMode).toBe("push");
    expect(await register(earlier, old, { url: "" })).toMatchObject(UNREADABLE);
    expect(await register(earlier, old, { url: "http://10.0.0.1" })).toMatchObject(UNREADABLE);
  });
});

describe("the agent card", () => {
  it("is replaced as a whole, with an event", async () => {
    await register(platform, me);
    const card = { name: "new", version: "2" };
    expect(await updateCard(platform, me, card)).toMatchObject({ status: 200, json: { status: "updated" } });
    expect(me.state.agentCard).toEqual(card);
    expect(platform.events.at(-1)).toEqual({
      type: "AGENT_CARD_UPDATED",
      workspaceId: me.id,
      payload: { agent_card: card },
    });
  });

  it("requires the workspace's token, an id and a card", async () => {
    expect(await updateCard(platform, { id: me.id }, {})).toMatchObject({
      status: 401,
      json: { error: "missing workspace auth token" },
    });
    expect(await updateCard(platform, me, undefined)).toMatchObject(UNREADABLE);
    expect(await updateCard(platform, { id: "" }, {})).toMatchObject(UNREADABLE);
    expect(await updateCard(platform, { id: "me" }, {})).toMatchObject({
      status: 500,
      json: { error: "failed to update card" },
    });
  });

  it("of an unknown workspace gets the same response and is not stored", async () => {
    expect((await updateCard(platform, { id: NOBODY }, {})).status).toBe(200);
    expect((await call(`${platform.url}/workspaces/${NOBODY}`)).status).toBe(404);
  });
});

describe("a card with a NUL", () => {
  it("fails in the database, wherever in it the NUL is", async () => {
    await using other = await startPlatform();
    const workspace = other.addWorkspace();
    const card = { name: "agent", skills: [{ tags: ["a\0b"] }] };
    expect(await register(other, workspace, { agent_card: card })).toMatchObject({
      status: 500,
      json: { error: "registration failed" },
    });
    expect(await updateCard(other, workspace, card)).toMatchObject({
      status: 500,
      json: { error: "failed to update card" },
    });
    expect(workspace.state.agentCard).toBeNull();
  });
});
