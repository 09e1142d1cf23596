import { createHeartbeat, type HeartbeatOptions } from "a2a-peers/heartbeat";
import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { STRANGER } from "../helpers/ids";
import { createFixture } from "./helpers/fixture";

describe("createHeartbeat", () => {
  it.each<[string, unknown]>([
    ["intervalMs", 0],
    ["intervalMs", -1],
    ["intervalMs", Number.NaN],
    ["intervalMs", Number.POSITIVE_INFINITY],
    ["intervalMs", 2 ** 31],
    ["intervalMs", "30000"],
    ["intervalMs", 60_001],
    ["intervalMs", 300_000],
    ["timeoutMs", 0],
    ["timeoutMs", {}],
    ["livenessMs", -5],
    ["livenessMs", true],
    ["source", "nobody"],
    ["source", STRANGER],
    ["source", 7],
    ["stateDir", ""],
    ["stateDir", "  "],
    ["stateDir", 7],
    ["runtime", { capabilities: {} }],
    ["runtime", "no function"],
    ["monthlySpendCents", 1500],
    ["onEvent", "no function"],
  ])("rejects %s: %j", (name, value) => {
    const create = () => createHeartbeat(testClient(), { [name]: value } as HeartbeatOptions);
    expect(create).toThrowError(
      expect.objectContaining({ code: "invalid_argument", message: expect.stringContaining(name) }),
    );
  });

  it.each([
    ["interval", "Did you mean `intervalMs`?"],
    ["beats", "The options are source, intervalMs,"],
  ])("rejects an option that does not exist: %s", (name, told) => {
    expect(() => createHeartbeat(testClient(), { [name]: 1 } as HeartbeatOptions)).toThrow(told);
  });

  it("rejects an interval above a minute with the reason, and accepts a minute", () => {
    expect(() => createHeartbeat(testClient(), { intervalMs: 60_001 })).toThrow(/60000.*offline after 90 s/);
    expect(() => createHeartbeat(testClient(), { intervalMs: 60_000 })).not.toThrow();
  });

  it.each([null, "options", 7])("rejects options that are no object: %j", (options) => {
    expect(() => createHeartbeat(testClient(), options as never)).toThrowError(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  });

  it.each([null, undefined, {}, { close() {} }, "client"])("rejects anything but a client: %j", (client) => {
    expect(() => createHeartbeat(client as never)).toThrowError(
      expect.objectContaining({
        code: "invalid_argument",
        message: expect.stringContaining("createA2AClient"),
      }),
    );
  });

  it("accepts undefined for every option", async () => {
    const { another } = createFixture();
    const heartbeat = another({
      source: undefined,
      intervalMs: undefined,
      timeoutMs: undefined,
      livenessMs: undefined,
      stateDir: undefined,
      runtime: undefined,
      monthlySpendCents: undefined,
      onEvent: undefined,
    });
    expect(await heartbeat.beat()).toMatchObject({ ok: true });
  });

  it("sends no request and starts no timer", async () => {
    const { heartbeat, clock, platform } = createFixture();
    await clock.advance(100_000);
    expect(platform.sent).toEqual([]);
    expect(clock.pending).toEqual([]);
    expect(heartbeat.status).toEqual({ running: false, consecutiveFailures: 0 });
  });
});
