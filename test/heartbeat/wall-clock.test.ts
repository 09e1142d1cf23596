import { afterEach, describe, expect, it, vi } from "vitest";
import { BEAT, createFixture, INTERVAL, REGISTER, SECOND } from "./helpers/fixture";

const HOUR = 3_600_000;
const START = Date.parse("2026-05-01T12:00:00Z");

afterEach(() => {
  vi.restoreAllMocks();
});

/** A registered workspace whose machine and platform have clocks of their own, beside the monotonic one. */
async function clocks({ showsDate = true } = {}) {
  const all = createFixture();
  const offsets = { machine: 0, platform: 0 };
  vi.spyOn(Date, "now").mockImplementation(() => START + offsets.machine + all.clock.now());
  all.platform.on(BEAT, () => {
    const date = new Date(START + offsets.platform + all.clock.now()).toUTCString();
    return { status: 200, body: { status: "ok" }, ...(showsDate ? { headers: { date } } : {}) };
  });
  await all.client.register({ agentCard: { name: "me" } });
  all.heartbeat.start();
  await all.clock.advance(SECOND + INTERVAL);
  const registrations = () => all.platform.sent.filter(({ route }) => route === REGISTER).length;
  return { ...all, offsets, registrations };
}

describe("the clock of the machine", () => {
  it.each([HOUR, -HOUR])(
    "may be set by %d ms: that is no outage, and the beats keep their pace",
    async (step) => {
      const { offsets, clock, registrations, eventsOf, beats } = await clocks();
      offsets.machine += step;
      await clock.advance(10 * INTERVAL);
      expect(registrations()).toBe(1);
      expect(eventsOf("heartbeat.registered_again")).toEqual([]);
      expect(beats().map(({ at }) => at)).toEqual([
        0,
        ...Array.from({ length: 12 }, (_, index) => SECOND + index * INTERVAL),
      ]);
    },
  );

  it("may be set back also where the platform shows no time", async () => {
    const { offsets, clock, registrations, beats } = await clocks({ showsDate: false });
    offsets.machine -= HOUR;
    await clock.advance(10 * INTERVAL);
    expect(registrations()).toBe(1);
    expect(beats()).toHaveLength(13);
  });
});

describe("a machine that sleeps, whose monotonic clock stops", () => {
  it.each([true, false])(
    "is registered again when it wakes up (platform shows its time: %s)",
    async (showsDate) => {
      const { offsets, clock, registrations, eventsOf } = await clocks({ showsDate });
      offsets.machine += HOUR;
      offsets.platform += HOUR;
      await clock.advance(2 * INTERVAL);
      expect(registrations()).toBe(2);
      expect(eventsOf("heartbeat.registered_again")).toMatchObject([{ outageMs: HOUR + INTERVAL }]);
    },
  );
});
