import type { RuntimeMetadata } from "a2a-peers/heartbeat";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BeatFacts, runtimeMetadata, serializeBeat } from "../../src/heartbeat/beat-payload";
import { OWN } from "../helpers/ids";
import { createFixture } from "./helpers/fixture";
import type { BeatBody } from "./helpers/scripted-platform";

const HEALTHY = { errorRate: 0, sampleError: "", activeTasks: 0, currentTask: "", wedged: undefined };
const NO_CAPABILITIES = {
  heartbeat: false,
  scheduler: false,
  session: false,
  status_mgmt: false,
  retry: false,
  activity_decoration: false,
  channel_dispatch: false,
};
const BASE_KEYS = [
  "active_tasks",
  "current_task",
  "error_rate",
  "sample_error",
  "uptime_seconds",
  "workspace_id",
];

function bodyOf(facts: Partial<BeatFacts> = {}): BeatBody {
  const metadata = undefined;
  const monthlySpendCents = undefined;
  return JSON.parse(
    serializeBeat({ workspaceId: OWN, uptimeMs: 0, health: HEALTHY, metadata, monthlySpendCents, ...facts }),
  );
}

/** The body of one beat with these options. */
async function sentWith(providers: { runtime?: unknown; monthlySpendCents?: unknown }): Promise<BeatBody> {
  const { heartbeat, lastBody } = createFixture(providers as Parameters<typeof createFixture>[0]);
  expect(await heartbeat.beat()).toMatchObject({ ok: true });
  return lastBody();
}

function fails(): never {
  throw new Error("the provider is broken");
}

describe("the body of a beat", () => {
  it("has only the required keys when nothing else is given", () => {
    expect(bodyOf()).toEqual({
      workspace_id: OWN,
      error_rate: 0,
      sample_error: "",
      active_tasks: 0,
      current_task: "",
      uptime_seconds: 0,
    });
    expect(Object.keys(bodyOf()).sort()).toEqual(BASE_KEYS);
  });

  it("has all keys and no other when everything is given", () => {
    const metadata = runtimeMetadata({ capabilities: { session: true }, idleTimeoutSeconds: 600 });
    const body = bodyOf({ health: { ...HEALTHY, wedged: "stuck" }, metadata, monthlySpendCents: 1500 });
    expect(Object.keys(body).sort()).toEqual(
      [...BASE_KEYS, "monthly_spend", "runtime_metadata", "runtime_state"].sort(),
    );
    expect(Object.keys(body.runtime_metadata ?? {}).sort()).toEqual(["capabilities", "idle_timeout_seconds"]);
  });

  it.each([
    [0, 0],
    [999.9, 0],
    [1000, 1],
    [3_599_999, 3599],
    [86_400_000.5, 86_400],
  ])("reports %d ms of uptime as %d whole seconds", (uptimeMs, seconds) => {
    expect(bodyOf({ uptimeMs }).uptime_seconds).toBe(seconds);
  });

  it("reports the seconds since the heartbeat was created", async () => {
    const { heartbeat, clock, lastBody } = createFixture();
    await clock.advance(90_700);
    await heartbeat.beat();
    expect(lastBody().uptime_seconds).toBe(90);
  });

  it("reports a wedge with its reason, and neither otherwise", () => {
    const health = { ...HEALTHY, sampleError: "stuck", wedged: "stuck" };
    expect(bodyOf({ health })).toMatchObject({ runtime_state: "wedged", sample_error: "stuck" });
    expect(bodyOf()).not.toHaveProperty("runtime_state");
  });

  it("has whole numbers where the platform rejects others", () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY));
    const uptime = fc.double({ min: 0, max: 1e13, noNaN: true });
    fc.assert(
      fc.property(uptime, number, number, (uptimeMs, monthlySpendCents, idleTimeoutSeconds) => {
        const body = bodyOf({
          uptimeMs,
          monthlySpendCents,
          metadata: runtimeMetadata({ idleTimeoutSeconds }),
        });
        const { uptime_seconds, monthly_spend = 1, runtime_metadata } = body;
        const { idle_timeout_seconds = 1 } = runtime_metadata ?? {};
        for (const value of [uptime_seconds, monthly_spend, idle_timeout_seconds]) {
          expect(Number.isInteger(value)).toBe(true);
        }
        expect(monthly_spend).toBeGreaterThan(0);
        expect(monthly_spend).toBeLessThanOrEqual(1_000_000_000_000);
        expect(idle_timeout_seconds).toBeGreaterThan(0);
      }),
    );
  });
});

describe("the spend", () => {
  it.each([
    [1, 1],
    [1500.99, 1500],
    [999_999_999_999, 999_999_999_999],
    [1_000_000_000_001, 1_000_000_000_000],
    [Number.MAX_VALUE, 1_000_000_000_000],
  ])("of %d cents is reported as %d", async (cents, expected) => {
    expect(await sentWith({ monthlySpendCents: () => cents })).toMatchObject({ monthly_spend: expected });
  });

  it.each<[string, () => unknown]>([
    ["nothing", () => 0],
    ["less than a cent", () => 0.9],
    ["a negative number", () => -5],
    ["no number", () => Number.NaN],
    ["an endless number", () => Number.POSITIVE_INFINITY],
    ["text", () => "1500"],
    ["null", () => null],
    ["undefined", () => undefined],
    ["an error", fails],
  ])("is left out when its function returns %s", async (_, monthlySpendCents) => {
    expect(Object.keys(await sentWith({ monthlySpendCents })).sort()).toEqual(BASE_KEYS);
  });
});

describe("what the runtime declares", () => {
  it("lists every known capability, as false unless it is declared", async () => {
    const runtime = (): RuntimeMetadata => ({
      capabilities: { session: true, retry: false, of_our_own: true },
    });
    expect((await sentWith({ runtime })).runtime_metadata).toEqual({
      capabilities: { ...NO_CAPABILITIES, session: true, of_our_own: true },
    });
  });

  it("is declared also when it is empty", async () => {
    expect((await sentWith({ runtime: () => ({}) })).runtime_metadata).toEqual({
      capabilities: NO_CAPABILITIES,
    });
  });

  it("leaves out capabilities that are neither true nor false", async () => {
    const runtime = () => ({ capabilities: { session: "yes", retry: 1, scheduler: null, heartbeat: true } });
    expect((await sentWith({ runtime })).runtime_metadata).toEqual({
      capabilities: { ...NO_CAPABILITIES, heartbeat: true },
    });
  });

  it.each<[unknown, number | undefined]>([
    [600, 600],
    [1, 1],
    [600.9, 600],
    [0, undefined],
    [0.5, undefined],
    [-1, undefined],
    [null, undefined],
    [undefined, undefined],
    ["600", undefined],
    [Number.NaN, undefined],
  ])("reports an idle timeout of %s as %s", async (idleTimeoutSeconds, expected) => {
    const { runtime_metadata } = await sentWith({ runtime: () => ({ idleTimeoutSeconds }) });
    expect(runtime_metadata?.idle_timeout_seconds).toBe(expected);
    expect(Object.hasOwn(runtime_metadata ?? {}, "idle_timeout_seconds")).toBe(expected !== undefined);
  });

  it.each<[string, () => unknown]>([
    ["undefined", () => undefined],
    ["null", () => null],
    ["a number", () => 7],
    ["text", () => "session"],
    ["an error", fails],
    [
      "a field that throws",
      () => ({
        get capabilities() {
          return fails();
        },
      }),
    ],
    [
      "a thrown value that is no error",
      () => {
        throw null;
      },
    ],
  ])("is absent when its function returns %s", async (_, runtime) => {
    expect(Object.keys(await sentWith({ runtime })).sort()).toEqual(BASE_KEYS);
  });

  it.each<[string, unknown]>([
    ["a list", [true]],
    ["capabilities that are text", { capabilities: "session" }],
    ["capabilities that are null", { capabilities: null }],
  ])("does not fail a beat: %s", async (_, declared) => {
    expect(await sentWith({ runtime: () => declared })).toMatchObject({ workspace_id: OWN });
  });

  it("is absent when the function returns a promise, also one that rejects", async () => {
    const runtime = () => Promise.reject(new Error("the provider is broken"));
    const monthlySpendCents = () => Promise.reject(new Error("the provider is broken"));
    expect(Object.keys(await sentWith({ runtime, monthlySpendCents })).sort()).toEqual(BASE_KEYS);
  });

  it("is requested for each beat", async () => {
    let idleTimeoutSeconds = 0;
    const { heartbeat, lastBody } = createFixture({
      runtime: () => {
        idleTimeoutSeconds += 60;
        return { idleTimeoutSeconds };
      },
    });
    for (const seconds of [60, 120, 180]) {
      await heartbeat.beat();
      expect(lastBody().runtime_metadata?.idle_timeout_seconds).toBe(seconds);
    }
  });

  it("is in every push and in the last beat, as in any other", async () => {
    const { heartbeat, clock, beats } = createFixture({
      runtime: () => ({ capabilities: { session: true }, idleTimeoutSeconds: 600 }),
      monthlySpendCents: () => 42,
    });
    heartbeat.markWedged("stuck");
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("work");
    await clock.advance(5000);
    await heartbeat.stop();
    expect(beats()).toHaveLength(3);
    for (const { body } of beats()) {
      expect(body).toMatchObject({
        runtime_state: "wedged",
        sample_error: "stuck",
        monthly_spend: 42,
        runtime_metadata: { capabilities: { session: true }, idle_timeout_seconds: 600 },
      });
    }
  });
});
