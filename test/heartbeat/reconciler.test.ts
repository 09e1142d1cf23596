import { expect, it } from "vitest";
import { OK } from "./helpers/scripted";
import { BEAT, INFO, INTERVAL, REGISTER, refused, SECOND, world } from "./helpers/world";

const CARD = { agentCard: { name: "me" } };
const OUTAGE_MS = 300_000;

async function afterOutage(info: (now: number) => { status: number; body: object } | "reset") {
  const all = world();
  await all.client.register(CARD);
  all.platform.on(BEAT, () => (all.clock.now() > SECOND && all.clock.now() < OUTAGE_MS ? "reset" : OK));
  all.platform.on(INFO, () => info(all.clock.now()));
  all.heartbeat.start();
  return { ...all, registrations: () => all.platform.sent.filter(({ route }) => route === REGISTER).length };
}

it.each(["paused", "hibernated"])(
  "leaves a workspace that is %s at rest after an outage, until it is not",
  async (status) => {
    const wakesAt = OUTAGE_MS + 20 * INTERVAL;
    const { clock, registrations, told, heartbeat } = await afterOutage((now) => ({
      status: 200,
      body: { status: now < wakesAt ? status : "online" },
    }));
    await clock.advance(wakesAt - 1);
    expect(registrations()).toBe(1);
    expect(heartbeat.status.running).toBe(true);

    await clock.advance(11 * INTERVAL);
    expect(registrations()).toBe(2);
    expect(told("heartbeat.registered_again")).toHaveLength(1);
  },
);

it("does not register a workspace that was removed during the outage, and ends", async () => {
  const { clock, registrations, told, heartbeat } = await afterOutage(() => ({ status: 410, body: {} }));
  await clock.advance(2 * OUTAGE_MS);
  expect(registrations()).toBe(1);
  expect(told("heartbeat.removed")).toHaveLength(1);
  expect(told("heartbeat.registered_again")).toHaveLength(0);
  expect(heartbeat.status.running).toBe(false);
});

it("waits with the registration while the platform does not say how the workspace is", async () => {
  const { clock, registrations } = await afterOutage((now) =>
    now < 2 * OUTAGE_MS ? "reset" : { status: 200, body: { status: "offline" } },
  );
  await clock.advance(2 * OUTAGE_MS - 1);
  expect(registrations()).toBe(1);
  await clock.advance(2 * INTERVAL);
  expect(registrations()).toBe(2);
});

it("tells that an operator has paused the workspace, and that it is over, once each", async () => {
  const { heartbeat, clock, platform, told } = world();
  let status = "paused";
  platform.on(INFO, () => ({ status: 200, body: { status } }));
  heartbeat.start();
  await clock.advance(25 * INTERVAL);
  expect(told("heartbeat.paused")).toHaveLength(1);
  status = "online";
  await clock.advance(25 * INTERVAL);
  expect(told("heartbeat.paused")).toHaveLength(1);
  expect(told("heartbeat.resumed")).toHaveLength(1);
});

it("says once what to do when this process has nothing to register again", async () => {
  const { heartbeat, clock, platform, told } = world();
  platform.on(BEAT, () => (clock.now() > SECOND && clock.now() < OUTAGE_MS ? "reset" : OK));
  platform.on(INFO, () => ({ status: 200, body: { status: "offline" } }));
  heartbeat.start();
  await clock.advance(2 * OUTAGE_MS);
  expect(told("heartbeat.register_failed")).toMatchObject([{ code: "configuration" }]);
});

it("does not let an agent that keeps failing look well when it begins a task", async () => {
  const { heartbeat, clock, lastBody } = world();
  heartbeat.start();
  await clock.advance(10);
  heartbeat.recordError("the model is gone");
  await clock.advance(SECOND);
  expect(lastBody()).toMatchObject({ error_rate: 1, sample_error: "the model is gone" });
  heartbeat.beginTask("again");
  await clock.advance(3000);
  expect(lastBody()).toMatchObject({ active_tasks: 1, error_rate: 1, sample_error: "the model is gone" });
});

it("tells changes again once an accepted beat has ended a long wait", async () => {
  const { heartbeat, clock, platform, lastBody } = world();
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
