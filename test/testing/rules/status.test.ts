import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { beat } from "../helpers/registry";

let clock: ManualClock;
let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  clock = manualClock();
  platform = await startPlatform({ clock });
  // An agent that the platform runs, so that only the 180 s of the liveness key apply.
  me = platform.addWorkspace({ name: "Me", reply: () => "hi" });
});
afterEach(() => platform.close());

/** The status after one heartbeat with these fields. */
async function statusAfter(fields: object, who = me): Promise<string> {
  await beat(platform, who, fields);
  return who.state.status;
}

/** The events that tell a change of status. */
function statusEvents(): [type: string, payload: object][] {
  return platform.events
    .filter(({ type }) => type.startsWith("WORKSPACE_") && type !== "WORKSPACE_HEARTBEAT")
    .map(({ type, payload }) => [type, payload]);
}

describe("the runtime state", () => {
  it("`wedged` degrades an agent, with its error, until it ends", async () => {
    expect(await statusAfter({ runtime_state: "wedged", sample_error: "init timeout" })).toBe("degraded");
    expect(await statusAfter({ runtime_state: "wedged", error_rate: 0 })).toBe("degraded");
    expect(await statusAfter({})).toBe("online");
    expect(statusEvents()).toEqual([
      ["WORKSPACE_DEGRADED", { runtime_state: "wedged", sample_error: "init timeout" }],
      ["WORKSPACE_ONLINE", {}],
    ]);
  });

  it.each(["", "Wedged", "stuck"])("%j does not degrade an agent", async (runtime_state) => {
    expect(await statusAfter({ runtime_state })).toBe("online");
  });

  it("`wedged` with a high error rate emits two events", async () => {
    await statusAfter({ runtime_state: "wedged", error_rate: 0.9 });
    expect(statusEvents().map(([type]) => type)).toEqual(["WORKSPACE_DEGRADED", "WORKSPACE_DEGRADED"]);
  });

  it("`wedged` of an offline agent degrades it only with its second heartbeat", async () => {
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
  ])("%f leaves an online agent %s", async (error_rate, status) => {
    expect(await statusAfter({ error_rate, sample_error: "boom" })).toBe(status);
    expect(statusEvents()).toEqual(
      status === "online" ? [] : [["WORKSPACE_DEGRADED", { error_rate, sample_error: "boom" }]],
    );
  });

  it.each([
    [{ error_rate: 0.1 }, "degraded"],
    [{ error_rate: 0.09 }, "online"],
    [{ error_rate: 0.09, runtime_state: "wedged" }, "degraded"],
    [{ error_rate: 0.09, runtime_state: "thinking" }, "degraded"],
  ])("and runtime state in %j leave a degraded agent %s", async (fields, status) => {
    me.setStatus("degraded");
    expect(await statusAfter(fields)).toBe(status);
  });

  it("is ignored for an agent whose heartbeat before declared `status_mgmt`", async () => {
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
    "sets a workspace that is %s online",
    async (status) => {
      me.setStatus(status);
      expect(await statusAfter({ error_rate: 0.3 })).toBe("online");
      expect(statusEvents()).toEqual([["WORKSPACE_ONLINE", { recovered_from: status }]]);
    },
  );

  it.each(["paused", "hibernated", "removed", "something-new"])(
    "does not change the status %s",
    async (status) => {
      me.setStatus(status);
      expect(await statusAfter({ error_rate: 0.9, runtime_state: "wedged" })).toBe(status);
      expect(statusEvents()).toEqual([]);
    },
  );

  it.each(["awaiting_agent", "failed"])("does not change the status %s in 2026-04", async (status) => {
    await using earlier = await startPlatform({ version: "2026-04" });
    const old = earlier.addWorkspace({ status });
    await beat(earlier, old);
    expect(old.state.status).toBe(status);
  });
});
