import { expect, it } from "vitest";
import { OWN } from "../helpers/ids";
import { createFixture, INFO, INTERVAL, REGISTER, refused, SECOND } from "./helpers/fixture";

const URL = "http://localhost:9000/a2a";
const PUSH = { url: URL, agentCard: { name: "me" } };
const POLL = { agentCard: { name: "me" } };
const HOUR = 3_600_000;

interface Row {
  status?: string | undefined;
  url?: string | undefined;
  delivery_mode?: string;
}

/** A workspace whose record on the platform a test changes; a registration puts it right. */
async function registered(registration: typeof PUSH | typeof POLL = PUSH) {
  const all = createFixture({}, { retry: { maxAttempts: 1 } });
  const row: Row = { status: "online", url: "url" in registration ? registration.url : "" };
  all.platform.on(INFO, () => ({ status: 200, body: { id: OWN, name: "me", ...row } }));
  all.platform.on(REGISTER, () => {
    Object.assign(row, { status: "online", url: "url" in registration ? registration.url : "" });
    return { status: 200, body: { status: "registered", delivery_mode: "poll" } };
  });
  await all.client.register(registration);
  all.heartbeat.start();
  await all.clock.advance(SECOND + INTERVAL);
  const count = (route: string) => all.platform.sent.filter((sent) => sent.route === route).length;
  return { ...all, row, registrations: () => count(REGISTER), lookups: () => count(INFO) };
}

it.each<[string, Row]>([
  ["no URL while it is online", { url: "" }],
  ["no URL while it is provisioning", { url: "", status: "provisioning" }],
  ["no URL while it is offline", { url: "", status: "offline" }],
  ["the status failed, with its URL", { status: "failed" }],
  ["the status awaiting_agent", { status: "awaiting_agent" }],
  ["another delivery mode", { delivery_mode: "poll" }],
])("registers a workspace again within two beats when its record has %s", async (_, change) => {
  const { row, clock, registrations, eventsOf } = await registered();
  Object.assign(row, change);
  await clock.advance(2 * INTERVAL);
  expect(registrations()).toBe(2);
  expect(eventsOf("heartbeat.registered_again")).toEqual([
    {
      type: "heartbeat.registered_again",
      workspaceId: OWN,
      outageMs: 0,
      reason: expect.stringMatching(/\.$/),
    },
  ]);
});

it.each<[string, Row]>([
  ["no URL, where none was registered", { url: "" }],
  ["a status that beats change", { status: "degraded" }],
  ["no status and no URL at all", { status: undefined, url: undefined }],
])("does not register a workspace again when its record has %s", async (_, change) => {
  const { row, clock, registrations } = await registered(POLL);
  Object.assign(row, change);
  await clock.advance(20 * INTERVAL);
  expect(registrations()).toBe(1);
});

it.each(["paused", "hibernated"])("leaves a workspace alone that is %s, without a URL", async (status) => {
  const { row, clock, registrations } = await registered();
  Object.assign(row, { status, url: "" });
  await clock.advance(20 * INTERVAL);
  expect(registrations()).toBe(1);
});

it.each<[string, typeof PUSH | typeof POLL, Row]>([
  ["without a URL", PUSH, { status: "provisioning", url: "" }],
  ["with everything in place", POLL, { status: "online" }],
])("registers a workspace again when a pause is over: %s", async (_, registration, after) => {
  const { row, clock, registrations, eventsOf } = await registered(registration);
  Object.assign(row, { status: "paused", url: "" });
  await clock.advance(4 * INTERVAL);
  expect(registrations()).toBe(1);
  Object.assign(row, after);
  await clock.advance(2 * INTERVAL);
  expect(registrations()).toBe(2);
  expect(eventsOf("heartbeat.resumed")).toHaveLength(1);
  await clock.advance(20 * INTERVAL);
  expect(registrations()).toBe(2);
});

it("repeats a registration after a pause that failed", async () => {
  const { row, clock, platform, registrations, eventsOf } = await registered(POLL);
  row.status = "paused";
  await clock.advance(2 * INTERVAL);
  row.status = "online";
  platform.on(REGISTER, (_, index) => (index < 3 ? refused(500) : { status: 200, body: {} }));
  await clock.advance(10 * INTERVAL);
  expect(registrations()).toBe(4);
  expect(eventsOf("heartbeat.register_failed")).toHaveLength(2);
  expect(eventsOf("heartbeat.registered_again")).toHaveLength(1);
});

it("registers ever more seldom when that does not help", async () => {
  const { row, clock, platform, registrations } = await registered();
  platform.on(REGISTER, () => ({ status: 200, body: { status: "registered" } }));
  row.url = "";
  await clock.advance(HOUR);
  expect(registrations()).toBeGreaterThan(4);
  expect(registrations()).toBeLessThan(9);
});

it("costs a healthy workspace 60 requests an hour, and one that another process registered 12", async () => {
  const { clock, lookups, registrations } = await registered();
  const before = lookups();
  await clock.advance(HOUR);
  expect(lookups() - before).toBe(60);
  expect(registrations()).toBe(1);

  const foreign = createFixture();
  foreign.heartbeat.start();
  await foreign.clock.advance(SECOND + HOUR);
  expect(foreign.platform.sent.filter(({ route }) => route === INFO)).toHaveLength(12);
});
