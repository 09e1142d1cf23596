import { expect, it } from "vitest";
import { BEAT, createFixture, INFO, INTERVAL, REGISTER, refused, SECOND } from "./helpers/fixture";
import { OK } from "./helpers/scripted-platform";

const CARD = { agentCard: { name: "me" } };
const OUTAGE_MS = 300_000;

async function afterOutage(info: (now: number) => { status: number; body: object } | "reset") {
  const all = createFixture();
  await all.client.register(CARD);
  all.platform.on(BEAT, () => (all.clock.now() > SECOND && all.clock.now() < OUTAGE_MS ? "reset" : OK));
  all.platform.on(INFO, () => info(all.clock.now()));
  all.heartbeat.start();
  return { ...all, registrations: () => all.platform.sent.filter(({ route }) => route === REGISTER).length };
}

it.each(["paused", "hibernated"])(
  "does not register a workspace that is %s after an outage, until it is online again",
  async (status) => {
    const onlineAt = OUTAGE_MS + 20 * INTERVAL;
    const { clock, registrations, eventsOf, heartbeat } = await afterOutage((now) => ({
      status: 200,
      body: { status: now < onlineAt ? status : "online" },
    }));
    await clock.advance(onlineAt - 1);
    expect(registrations()).toBe(1);
    expect(heartbeat.status.running).toBe(true);

    await clock.advance(11 * INTERVAL);
    expect(registrations()).toBe(2);
    expect(eventsOf("heartbeat.registered_again")).toHaveLength(1);
  },
);

it("stops, and does not register a workspace that was removed during the outage", async () => {
  const { clock, registrations, eventsOf, heartbeat } = await afterOutage(() => ({ status: 410, body: {} }));
  await clock.advance(2 * OUTAGE_MS);
  expect(registrations()).toBe(1);
  expect(eventsOf("heartbeat.removed")).toHaveLength(1);
  expect(eventsOf("heartbeat.registered_again")).toHaveLength(0);
  expect(heartbeat.status.running).toBe(false);
});

it("does not register the workspace while its status is unknown", async () => {
  const { clock, registrations } = await afterOutage((now) =>
    now < 2 * OUTAGE_MS ? "reset" : { status: 200, body: { status: "offline" } },
  );
  await clock.advance(2 * OUTAGE_MS - 1);
  expect(registrations()).toBe(1);
  await clock.advance(2 * INTERVAL);
  expect(registrations()).toBe(2);
});

it("emits once that the workspace was paused, and once that it was resumed", async () => {
  const { heartbeat, clock, platform, eventsOf } = createFixture();
  let status = "paused";
  platform.on(INFO, () => ({ status: 200, body: { status } }));
  heartbeat.start();
  await clock.advance(25 * INTERVAL);
  expect(eventsOf("heartbeat.paused")).toHaveLength(1);
  status = "online";
  await clock.advance(25 * INTERVAL);
  expect(eventsOf("heartbeat.paused")).toHaveLength(1);
  expect(eventsOf("heartbeat.resumed")).toHaveLength(1);
});

it("emits once what to do when this process has not registered the workspace", async () => {
  const { heartbeat, clock, platform, eventsOf } = createFixture();
  platform.on(BEAT, () => (clock.now() > SECOND && clock.now() < OUTAGE_MS ? "reset" : OK));
  platform.on(INFO, () => ({ status: 200, body: { status: "offline" } }));
  heartbeat.start();
  await clock.advance(2 * OUTAGE_MS);
  expect(eventsOf("heartbeat.register_failed")).toMatchObject([{ code: "configuration" }]);
});

it("reports the errors of an agent that keeps failing also when it begins a task", async () => {
  const { heartbeat, clock, lastBody } = createFixture();
  heartbeat.start();
  await clock.advance(10);
  heartbeat.recordError("the model is gone");
  await clock.advance(SECOND);
  expect(lastBody()).toMatchObject({ error_rate: 1, sample_error: "the model is gone" });
  heartbeat.beginTask("again");
  await clock.advance(3000);
  expect(lastBody()).toMatchObject({ active_tasks: 1, error_rate: 1, sample_error: "the model is gone" });
});

it("pushes changes again once a beat was accepted after a long wait", async () => {
  const { heartbeat, clock, platform, lastBody } = createFixture();
  let refusing = true;
  platform.on(BEAT, () => (refusing ? refused(429, "slow", { "retry-after": "3600" }) : OK));
  heartbeat.start();
  await clock.advance(10);
  refusing = false;
  await clock.advance(2 * INTERVAL);
  heartbeat.beginTask("short");
  await clock.advance(3000);
  expect(lastBody()).toMatchObject({ active_tasks: 1, current_task: "short" });
});
