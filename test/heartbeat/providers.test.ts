import type { HeartbeatOptions } from "a2a-peers/heartbeat";
import { describe, expect, it } from "vitest";
import { BEAT, createFixture, INTERVAL, SECOND } from "./helpers/fixture";
import { OK } from "./helpers/scripted-platform";

const thrower = (value: unknown) => () => {
  throw value;
};

/** A value with a `then` that throws. */
// biome-ignore lint/suspicious/noThenProperty: that is what the option returns.
const brokenThenable = () => Object.defineProperty({}, "then", { value: thrower(new Error("no")) });

const MISBEHAVING: [string, () => unknown][] = [
  ["throws an error", thrower(new Error("no metadata"))],
  ["throws undefined", thrower(undefined)],
  ["throws what cannot be written", thrower({ toString: thrower(new Error("never")) })],
  ["returns a promise", async () => ({ idleTimeoutSeconds: 5 })],
  ["returns a promise that rejects", async () => thrower(new Error("later"))()],
  ["returns what looks like a promise", brokenThenable],
];

describe.each(["runtime", "monthlySpendCents"] as const)("the option %s", (option) => {
  it.each(MISBEHAVING)("that %s costs no beat, and is reported once", async (_, provider) => {
    const { heartbeat, clock, beats, eventsOf } = createFixture({ [option]: provider } as HeartbeatOptions);
    heartbeat.start();
    await clock.advance(SECOND + 3 * INTERVAL);
    expect(beats()).toHaveLength(5);
    expect(heartbeat.status.consecutiveFailures).toBe(0);
    expect(beats()[4]?.body).not.toHaveProperty(option === "runtime" ? "runtime_metadata" : "monthly_spend");
    expect(eventsOf("heartbeat.provider_failed")).toEqual([
      {
        type: "heartbeat.provider_failed",
        workspaceId: expect.any(String),
        option,
        reason: expect.stringMatching(/^It /),
      },
    ]);
  });

  it.each([
    ["a function", () => 1],
    ["a number", 2 ** 70],
    ["NaN", Number.NaN],
    ["text", "900"],
    ["a bigint", 10n],
    ["a symbol", Symbol("no")],
    ["a list", [1, 2]],
    ["an object that contains itself", circular()],
  ])("that answers %s costs no beat", async (_, value) => {
    const { heartbeat, clock, beats } = createFixture({ [option]: () => value } as HeartbeatOptions);
    heartbeat.start();
    await clock.advance(SECOND + INTERVAL);
    expect(beats()).toHaveLength(3);
    expect(heartbeat.status.consecutiveFailures).toBe(0);
  });
});

function circular(): object {
  const object: Record<string, unknown> = {};
  object.capabilities = object;
  object.idleTimeoutSeconds = object;
  return object;
}

it.each([2 ** 31, 2 ** 53, 2 ** 63, 2 ** 64, Number.MAX_VALUE])(
  "an idle timeout of %d s is one that every version of the platform takes",
  async (idleTimeoutSeconds) => {
    const { heartbeat, lastBody } = createFixture({ runtime: () => ({ idleTimeoutSeconds }) });
    await heartbeat.beat();
    expect(lastBody().runtime_metadata).toMatchObject({ idle_timeout_seconds: 2 ** 31 - 1 });
  },
);

it("only as many capabilities are declared as a beat can carry", async () => {
  const many = Array.from({ length: 100_000 }, (_, index) => [`capability-${index}`, true]);
  const runtime = () => ({ capabilities: Object.fromEntries([["x".repeat(1e6), true], ...many]) });
  const { heartbeat, lastBody } = createFixture({ runtime });
  expect(await heartbeat.beat()).toMatchObject({ ok: true });
  expect(JSON.stringify(lastBody()).length).toBeLessThan(10_000);
});

describe("the option random of the client", () => {
  it.each<[string, () => unknown]>([
    ["throws", thrower(new Error("no entropy"))],
    ["answers NaN", () => Number.NaN],
    ["answers text", () => "0.5"],
    ["answers a number far above 1", () => 1e9],
    ["answers a negative number", () => -1e9],
    ["answers infinity", () => Number.POSITIVE_INFINITY],
    ["answers a promise", async () => 0.5],
  ])("that %s does not change the pace of the beats", async (_, random) => {
    const { heartbeat, clock, beats, platform } = createFixture({}, { random: random as () => number });
    platform.on(BEAT, () => OK);
    heartbeat.start();
    await clock.advance(10 * INTERVAL);
    expect(beats().length).toBeGreaterThanOrEqual(9);
    expect(beats().length).toBeLessThanOrEqual(13);
  });
});
