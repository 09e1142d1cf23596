import { describe, expect, it } from "vitest";
import { OWN } from "../helpers/ids";
import { BEAT, createFixture, INFO, INTERVAL, REGISTER, refused, SECOND } from "./helpers/fixture";
import { inOrder, OK } from "./helpers/scripted-platform";

const LIVENESS = 90_000;
const REGISTRATION = {
  url: "http://localhost:9000/a2a",
  agentCard: { name: "me", description: "a test", skills: [{ id: "sum", name: "Sum" }] },
};

/** A fixture whose beats fail from `from` to `to`. */
async function withOutage(from: number, to: number, options: Parameters<typeof createFixture>[0] = {}) {
  const made = createFixture(options, { retry: { maxAttempts: 1 } });
  made.platform.on(BEAT, () => (made.clock.now() >= from && made.clock.now() < to ? "reset" : OK));
  return { ...made, registrations: () => made.platform.sent.filter(({ route }) => route === REGISTER) };
}

describe("after an outage longer than livenessMs", () => {
  it("the workspace is registered again with the last registration", async () => {
    const { client, heartbeat, clock, registrations, eventsOf } = await withOutage(1000, 300_000);
    await client.register({ agentCard: { name: "an older card" } });
    await client.register(REGISTRATION);
    heartbeat.start();
    await clock.advance(400_000);
    expect(
      registrations()
        .map(({ body }) => body)
        .slice(2),
    ).toEqual([
      { id: OWN, url: REGISTRATION.url, delivery_mode: "push", agent_card: REGISTRATION.agentCard },
    ]);
    // From the first beat of all to the first one after the outage.
    const outageMs = SECOND + 10 * INTERVAL;
    expect(eventsOf("heartbeat.registered_again")).toEqual([
      {
        type: "heartbeat.registered_again",
        workspaceId: OWN,
        outageMs,
        reason: expect.stringContaining("offline"),
      },
    ]);
    expect(registrations()[2]?.at).toBe(outageMs);
  });

  it("a failed registration is emitted, and retried after 1 beat, then 2, then 4", async () => {
    const { client, heartbeat, clock, platform, registrations, eventsOf } = await withOutage(1000, 300_000);
    await client.register(REGISTRATION);
    let tries = 0;
    platform.on(REGISTER, () => {
      tries += 1;
      if (tries === 1) return refused(500);
      return tries === 2 ? "reset" : { status: 200, body: { status: "registered" } };
    });
    heartbeat.start();
    await clock.advance(600_000);
    const first = SECOND + 10 * INTERVAL;
    expect(
      registrations()
        .slice(1)
        .map(({ at }) => at),
    ).toEqual([first, first + INTERVAL, first + 3 * INTERVAL]);
    expect(eventsOf("heartbeat.register_failed")).toMatchObject([{ consecutive: 1 }, { consecutive: 2 }]);
    expect(eventsOf("heartbeat.registered_again")).toMatchObject([{ outageMs: first }]);
    expect(heartbeat.status).toMatchObject({ running: true, consecutiveFailures: 0 });
  });

  it("a registration that hangs delays no beat", async () => {
    const { client, heartbeat, clock, platform, beats } = await withOutage(1000, 300_000);
    await client.register(REGISTRATION);
    platform.on(REGISTER, () => "hang");
    heartbeat.start();
    await clock.advance(SECOND + 15 * INTERVAL);
    expect(beats()).toHaveLength(17);
    expect(beats().at(-1)?.at).toBe(SECOND + 15 * INTERVAL);
  });

  it("each outage causes a registration of its own", async () => {
    const { client, heartbeat, clock, platform, eventsOf } = await withOutage(0, 0);
    await client.register(REGISTRATION);
    platform.on(BEAT, () => (clock.now() % 400_000 > 100_000 ? "hang" : OK));
    heartbeat.start();
    await clock.advance(4 * 400_000 + 50_000);
    expect(eventsOf("heartbeat.registered_again")).toHaveLength(4);
  });

  it("an outage that began with the start counts as well", async () => {
    const { client, heartbeat, clock, eventsOf } = await withOutage(0, 300_000);
    await client.register(REGISTRATION);
    heartbeat.start();
    await clock.advance(400_000);
    expect(eventsOf("heartbeat.registered_again")).toMatchObject([{ outageMs: SECOND + 10 * INTERVAL }]);
  });

  it("the registration is the one of that time, also when the caller has changed the card object since", async () => {
    const { client, heartbeat, clock, registrations } = await withOutage(1000, 300_000);
    const agentCard = { name: "me", skills: [{ name: "Sum" }] };
    await client.register({ agentCard });
    agentCard.name = "changed";
    agentCard.skills.pop();
    heartbeat.start();
    await clock.advance(400_000);
    expect(registrations()[1]?.body).toEqual(registrations()[0]?.body);
  });

  it("no second registration starts while one is under way", async () => {
    const { client, heartbeat, clock, platform, eventsOf } = await withOutage(3000, 20_000, {
      intervalMs: 1000,
      livenessMs: 5000,
    });
    await client.register(REGISTRATION);
    platform.on(REGISTER, () => ({ status: 200, body: { status: "registered" }, afterMs: 5000 }));
    heartbeat.start();
    await clock.advance(60_000);
    expect(platform.mostAtOnce(REGISTER)).toBe(1);
    expect(eventsOf("heartbeat.registered_again")).toHaveLength(1);
  });

  it("time without a running heartbeat counts as outage", async () => {
    const { client, heartbeat, clock, eventsOf } = await withOutage(0, 0);
    await client.register(REGISTRATION);
    heartbeat.start();
    await clock.advance(1000);
    await heartbeat.stop();
    await clock.advance(LIVENESS + 1);
    heartbeat.start();
    await clock.advance(1000);
    expect(eventsOf("heartbeat.registered_again")).toHaveLength(1);
  });

  it("nothing is registered when nothing was registered before", async () => {
    const { heartbeat, clock, registrations, eventsOf } = await withOutage(1000, 300_000);
    heartbeat.start();
    await clock.advance(600_000);
    expect(registrations()).toEqual([]);
    expect(eventsOf("heartbeat.registered_again")).toEqual([]);
    expect(heartbeat.status).toMatchObject({ running: true, consecutiveFailures: 0 });
  });

  it("a registration that was rejected does not count as the last one", async () => {
    const { client, heartbeat, clock, platform, registrations } = await withOutage(1000, 300_000);
    platform.on(REGISTER, inOrder(refused(400), { status: 200, body: {} }));
    await expect(client.register(REGISTRATION)).rejects.toMatchObject({ code: "bad_request" });
    heartbeat.start();
    await clock.advance(600_000);
    expect(registrations()).toHaveLength(1);
  });
});

describe("a shorter outage", () => {
  it("changes nothing", async () => {
    const { client, heartbeat, clock, registrations } = await withOutage(1000, 75_000);
    await client.register(REGISTRATION);
    heartbeat.start();
    await clock.advance(600_000);
    expect(registrations()).toHaveLength(1);
  });

  it("is measured with livenessMs", async () => {
    const { client, heartbeat, clock, registrations } = await withOutage(1000, 75_000, {
      livenessMs: 40_000,
    });
    await client.register(REGISTRATION);
    heartbeat.start();
    await clock.advance(600_000);
    expect(registrations()).toHaveLength(2);
  });
});

describe("a workspace that was removed", () => {
  it("ends its heartbeat when a beat is answered 410", async () => {
    const { heartbeat, clock, platform, beats, eventsOf } = createFixture();
    platform.on(BEAT, inOrder(OK, refused(410, "workspace removed")));
    heartbeat.start();
    await clock.advance(600_000);
    expect(beats()).toHaveLength(2);
    expect(heartbeat.status.running).toBe(false);
    expect(eventsOf("heartbeat.removed")).toMatchObject([
      { workspaceId: OWN, reason: expect.stringContaining("workspace removed") },
    ]);
    expect(clock.pending).toEqual([]);
    await heartbeat.stop();
    expect(beats()).toHaveLength(2);
  });

  it("ends its heartbeat when a push is answered 410", async () => {
    const { heartbeat, clock, platform, beats, eventsOf } = createFixture();
    platform.on(BEAT, inOrder(OK, refused(410)));
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("work");
    await clock.advance(600_000);
    expect(beats()).toHaveLength(2);
    expect(eventsOf("heartbeat.removed")).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });

  it.each([
    ["its record is gone", { status: 410, body: { error: "workspace removed", id: OWN } }],
    ["its record says so", { status: 200, body: { id: OWN, name: "me", status: "removed" } }],
  ])("is found by a lookup, because its beats are still accepted: %s", async (_, record) => {
    const { heartbeat, clock, platform, beats, eventsOf } = createFixture();
    platform.on(INFO, () => record);
    heartbeat.start();
    await clock.advance(600_000);
    expect(beats()).toHaveLength(10);
    expect(heartbeat.status.running).toBe(false);
    expect(eventsOf("heartbeat.removed")).toMatchObject([{ reason: expect.stringContaining("removed") }]);
    expect(clock.pending).toEqual([]);
  });

  it("is looked up when its token is refused", async () => {
    const { heartbeat, clock, platform, beats, eventsOf } = createFixture();
    platform.on(BEAT, () => refused(401));
    platform.on(INFO, () => refused(410, "workspace removed"));
    heartbeat.start();
    await clock.advance(600_000);
    expect(beats()).toHaveLength(3);
    expect(eventsOf("heartbeat.unauthorized")).toHaveLength(1);
    expect(eventsOf("heartbeat.removed")).toHaveLength(1);
  });

  it("is looked up in the background, every ten beats", async () => {
    const { heartbeat, clock, platform } = createFixture();
    heartbeat.start();
    await clock.advance(SECOND + 40 * INTERVAL);
    const lookups = platform.sent.filter(({ route }) => route === INFO);
    expect(lookups.map(({ at }) => at)).toEqual([8, 18, 28, 38].map((beat) => SECOND + beat * INTERVAL));
  });

  it.each<[string, Parameters<typeof inOrder>[0]]>([
    ["404", refused(404)],
    ["401", refused(401)],
    ["500", refused(500)],
    ["a page", { status: 200, body: "<html>" }],
    ["a lost connection", "reset"],
    ["silence", "hang"],
  ])("is not assumed when the lookup returns %s", async (_, answer) => {
    const { heartbeat, clock, platform, beats, eventsOf } = createFixture();
    platform.on(INFO, () => answer);
    heartbeat.start();
    await clock.advance(SECOND + 30 * INTERVAL);
    expect(beats()).toHaveLength(32);
    expect(heartbeat.status).toMatchObject({ running: true, consecutiveFailures: 0 });
    expect(eventsOf("heartbeat.removed")).toEqual([]);
    expect(eventsOf("heartbeat.failed")).toEqual([]);
  });

  it("emits no event when the heartbeat was stopped meanwhile", async () => {
    const { heartbeat, clock, platform, eventsOf } = createFixture();
    platform.on(INFO, () => ({ ...refused(410), afterMs: 5000 }));
    heartbeat.start();
    await clock.advance(SECOND + 8 * INTERVAL + 100);
    await heartbeat.stop();
    await clock.advance(60_000);
    expect(eventsOf("heartbeat.removed")).toEqual([]);
  });
});
