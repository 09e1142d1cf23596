import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../src/testing/index";
import { call } from "./helpers/exchange";
import { beat, register } from "./helpers/registry";

let clock: ManualClock;
let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  clock = manualClock();
  platform = await startPlatform({ clock });
  // An agent the platform runs itself, so that only the 180 s of the liveness key count.
  me = platform.addWorkspace({ name: "Me", reply: () => "hi" });
});
afterEach(() => platform.close());

/** The status after one heartbeat with these fields. */
async function statusAfter(said: object, who = me): Promise<string> {
  await beat(platform, who, said);
  return who.state.status;
}

/** What was told of statuses. */
function told(): [type: string, payload: object][] {
  return platform.events
    .filter(({ type }) => type.startsWith("WORKSPACE_") && type !== "WORKSPACE_HEARTBEAT")
    .map(({ type, payload }) => [type, payload]);
}

describe("a wedge", () => {
  it("degrades an agent, with its reason, until it is over", async () => {
    expect(await statusAfter({ runtime_state: "wedged", sample_error: "init timeout" })).toBe("degraded");
    expect(await statusAfter({ runtime_state: "wedged", error_rate: 0 })).toBe("degraded");
    expect(await statusAfter({})).toBe("online");
    expect(told()).toEqual([
      ["WORKSPACE_DEGRADED", { runtime_state: "wedged", sample_error: "init timeout" }],
      ["WORKSPACE_ONLINE", {}],
    ]);
  });

  it.each(["", "Wedged", "stuck"])("is not the state %j", async (runtime_state) => {
    expect(await statusAfter({ runtime_state })).toBe("online");
  });

  it("with many errors is told twice", async () => {
    await statusAfter({ runtime_state: "wedged", error_rate: 0.9 });
    expect(told().map(([type]) => type)).toEqual(["WORKSPACE_DEGRADED", "WORKSPACE_DEGRADED"]);
  });

  it("of an agent that comes back counts from its second heartbeat", async () => {
    me.setStatus("offline");
    expect(await statusAfter({ runtime_state: "wedged" })).toBe("online");
    expect(await statusAfter({ runtime_state: "wedged" })).toBe("degraded");
  });
});

describe("the error rate", () => {
  it.each([
    [0.49, "online"],
    [0.5, "degraded"],
    [7, "degraded"],
  ])("of %f leaves an agent %s", async (error_rate, status) => {
    expect(await statusAfter({ error_rate, sample_error: "boom" })).toBe(status);
    expect(told()).toEqual(
      status === "online" ? [] : [["WORKSPACE_DEGRADED", { error_rate, sample_error: "boom" }]],
    );
  });

  it.each([
    [{ error_rate: 0.1 }, "degraded"],
    [{ error_rate: 0.09 }, "online"],
    [{ error_rate: 0.09, runtime_state: "wedged" }, "degraded"],
    [{ error_rate: 0.09, runtime_state: "thinking" }, "degraded"],
  ])("and the state %j leave a degraded agent %s", async (said, status) => {
    me.setStatus("degraded");
    expect(await statusAfter(said)).toBe(status);
  });

  it("does not matter for an agent that declared before that it judges itself", async () => {
    const runtime_metadata = { capabilities: { status_mgmt: true } };
    await statusAfter({ runtime_metadata });
    expect(await statusAfter({ runtime_metadata, error_rate: 1 })).toBe("online");
    expect(await statusAfter({ runtime_metadata, runtime_state: "wedged" })).toBe("degraded");
    expect(await statusAfter({ runtime_metadata })).toBe("degraded");
    await statusAfter({});
    expect(await statusAfter({})).toBe("online");
  });
});

describe("a heartbeat", () => {
  it.each(["offline", "provisioning", "awaiting_agent", "failed"])(
    "brings back who was %s",
    async (status) => {
      me.setStatus(status);
      expect(await statusAfter({ error_rate: 0.3 })).toBe("online");
      expect(told()).toEqual([["WORKSPACE_ONLINE", { recovered_from: status }]]);
    },
  );

  it.each(["paused", "hibernated", "removed", "something-new"])(
    "leaves who is %s as it is",
    async (status) => {
      me.setStatus(status);
      expect(await statusAfter({ error_rate: 0.9, runtime_state: "wedged" })).toBe(status);
      expect(told()).toEqual([]);
    },
  );

  it.each(["awaiting_agent", "failed"])(
    "in the earlier version leaves who is %s as it is",
    async (status) => {
      await using earlier = await startPlatform({ version: "2026-04" });
      const old = earlier.addWorkspace({ status });
      await beat(earlier, old);
      expect(old.state.status).toBe(status);
    },
  );
});

describe("an agent that falls silent", () => {
  it("is offline 180 s after its last heartbeat, once it has registered", async () => {
    await register(platform, me, { delivery_mode: "poll" });
    await clock.advance(100_000);
    await beat(platform, me);
    await clock.advance(179_999);
    expect(me.state.status).toBe("online");
    await clock.advance(1);
    expect(me.state.status).toBe("offline");
    expect(told().at(-1)).toEqual(["WORKSPACE_OFFLINE", {}]);
  });

  it("is not noticed where it never registered", async () => {
    await beat(platform, me);
    await clock.advance(3_600_000);
    expect(me.state.status).toBe("online");
  });

  it("is not noticed again when it comes back with a heartbeat alone", async () => {
    await register(platform, me, { delivery_mode: "poll" });
    await clock.advance(180_000);
    expect(await statusAfter({})).toBe("online");
    await clock.advance(3_600_000);
    expect(me.state.status).toBe("online");
    await register(platform, me, { delivery_mode: "poll" });
    await clock.advance(180_000);
    expect(me.state.status).toBe("offline");
  });

  it.each(["paused", "hibernated", "removed"])("stays %s", async (status) => {
    await register(platform, me, { delivery_mode: "poll" });
    me.setStatus(status);
    await clock.advance(180_000);
    expect(me.state.status).toBe(status);
  });

  it("is awaited after 90 s where it runs elsewhere, registered or not, and told once", async () => {
    const outside = platform.addWorkspace({});
    await register(platform, outside);
    await clock.advance(60_000);
    await beat(platform, outside);
    await clock.advance(89_999);
    expect(outside.state.status).toBe("online");
    await clock.advance(1);
    expect(outside.state.status).toBe("awaiting_agent");
    await clock.advance(3_600_000);
    expect(outside.state.status).toBe("awaiting_agent");
    expect(told().map(([type]) => type)).toEqual(["WORKSPACE_ONLINE", "WORKSPACE_OFFLINE"]);
    expect(await statusAfter({}, outside)).toBe("online");
    await clock.advance(90_000);
    expect(outside.state.status).toBe("awaiting_agent");
  });

  it("is offline in the earlier version, wherever it runs", async () => {
    await using earlier = await startPlatform({ version: "2026-04", clock });
    const outside = earlier.addWorkspace({});
    await beat(earlier, outside);
    await clock.advance(90_000);
    expect(outside.state.status).toBe("offline");
  });

  it("is left alone as long as nobody has heard of it at all", async () => {
    const outside = platform.addWorkspace({});
    await clock.advance(24 * 3_600_000);
    expect(outside.state.status).toBe("online");
  });

  it("is not waited for by a platform that has closed", async () => {
    await register(platform, me, { delivery_mode: "poll" });
    await platform.close();
    await clock.advance(180_000);
    expect(me.state.status).toBe("online");
  });
});

describe("a workspace that is being provisioned", () => {
  it("has failed when it is not up after ten minutes", async () => {
    me.setStatus("provisioning");
    await clock.advance(599_999);
    expect(me.state.status).toBe("provisioning");
    await clock.advance(1);
    expect(me.state.status).toBe("failed");
    expect(told()).toEqual([["WORKSPACE_PROVISION_TIMEOUT", {}]]);
  });

  it("is given its ten minutes again when it is started again", async () => {
    const late = platform.addWorkspace({ status: "provisioning" });
    await clock.advance(300_000);
    await beat(platform, late);
    late.setStatus("provisioning");
    await clock.advance(599_999);
    expect(late.state.status).toBe("provisioning");
  });

  it("does not fail once it is up, or was removed", async () => {
    const gone = platform.addWorkspace({ status: "provisioning" });
    me.setStatus("provisioning");
    await beat(platform, me);
    gone.setStatus("removed");
    await clock.advance(600_000);
    expect(me.state.status).toBe("online");
    expect(gone.state.status).toBe("removed");
  });
});

describe("what an agent asks about itself", () => {
  const ask = (id: string, bearer?: string | null) =>
    call(`${platform.url}/workspaces/${id}/state`, {
      headers: bearer ? { authorization: `Bearer ${bearer}` } : {},
    });

  it.each([
    ["online", false],
    ["paused", true],
    ["something-new", false],
  ])("is answered while %s", async (status, paused) => {
    me.setStatus(status);
    expect((await ask(me.id.toUpperCase(), me.token)).json).toEqual({
      workspace_id: me.id,
      status,
      paused,
      deleted: false,
    });
  });

  it("needs a live token, also where there is none", async () => {
    const bare = platform.addWorkspace({ token: null });
    expect(await ask(me.id)).toMatchObject({ status: 401, json: { error: "missing workspace auth token" } });
    for (const [id, bearer] of [
      [me.id, "wrong"],
      [bare.id, "any"],
      [bare.id, me.token],
      ["me", me.token],
    ] as const) {
      expect(await ask(id, bearer)).toMatchObject({
        status: 401,
        json: { error: "invalid workspace auth token" },
      });
    }
  });

  it("is refused once the workspace is removed, and told to an operator", async () => {
    await using operated = await startPlatform({ adminToken: "operator" });
    const gone = operated.addWorkspace({});
    const { token } = gone;
    gone.setStatus("removed");
    const askAs = (id: string, bearer: string | null) =>
      call(`${operated.url}/workspaces/${id}/state`, { headers: { authorization: `Bearer ${bearer}` } });
    expect((await askAs(gone.id, token)).status).toBe(401);
    expect(await askAs(gone.id, "operator")).toMatchObject({
      status: 404,
      json: { workspace_id: gone.id, status: "removed", deleted: true },
    });
    const nobody = "99999999-9999-4999-8999-999999999999";
    const unknown = await askAs(nobody, "operator");
    expect(unknown).toMatchObject({ status: 404 });
    expect(unknown.json).toEqual({ workspace_id: nobody, deleted: true });
  });
});

it("shows a removed workspace as such in the earlier version", async () => {
  await using earlier = await startPlatform({ version: "2026-04" });
  const gone = earlier.addWorkspace({ status: "removed" });
  expect(await call(`${earlier.url}/workspaces/${gone.id}`)).toMatchObject({
    status: 200,
    json: { status: "removed" },
  });
});
