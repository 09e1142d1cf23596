import { afterEach, beforeEach, expect, it } from "vitest";
import { type Fault, manualClock, startPlatform, type TestPlatform } from "../../../src/testing/index";
import { call } from "../helpers/exchange";

const ID = "11111111-1111-4111-8111-111111111111";

let platform: TestPlatform;
beforeEach(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.close());

const statusOf = async (path: string, method = "GET") => (await call(platform.url + path, { method })).status;

it.each([
  ["GET /health", true],
  ["GET /*", true],
  ["* /health", true],
  ["*", true],
  ["GET /:anything", true],
  ["POST /health", false],
  ["GET /health/more", false],
  ["GET /Health", false],
])("%s matches GET /health: %s", async (route, fits) => {
  platform.fail(route, { status: 599 });
  expect(await statusOf("/health?with=query")).toBe(fits ? 599 : 200);
});

it.each([
  ["GET /registry/:id/peers", true],
  [`GET /registry/${ID}/peers`, true],
  ["GET /registry/*/peers", true],
  ["GET /registry/*", true],
  ["* /registry/*", true],
  ["GET /registry/:id", false],
  ["GET /registry/22222222-2222-4222-8222-222222222222/peers", false],
])("%s matches GET /registry/:id/peers: %s", async (route, fits) => {
  platform.fail(route, { status: 599 });
  expect(await statusOf(`/registry/${ID}/peers`)).toBe(fits ? 599 : 404);
});

it.each(["", "/health", "get /health", "GET health", "GET", "GET /a b"])(
  "throws for the route %o",
  (route) => {
    expect(() => platform.fail(route, { kind: "reset" })).toThrow(/method and a path/);
  },
);

it.each<[unknown, RegExp]>([
  [{ kind: "explode" }, /Unknown fault kind `explode`, known are refuse, reset-on-accept/],
  [{ kind: "toString" }, /Unknown fault kind/],
  [{ status: 100 }, /from 200 to 999/],
  [{ status: "200" }, /from 200 to 999/],
  [{ status: 200, headers: { "x-a": "b\r\nc" } }, /Invalid character/],
  [{ status: 200, delayMs: -1 }, /delayMs/],
  [{ kind: "reset", delayMs: Number.NaN }, /delayMs/],
])("throws for the fault %o", (fault, message) => {
  expect(() => platform.fail("*", fault as Fault)).toThrow(message);
});

it.each([-1, 1.5, Number.NaN])("throws for %d times", (times) => {
  expect(() => platform.fail("*", { kind: "reset" }, { times })).toThrow(/whole number/);
});

it("fails `times` requests and then serves", async () => {
  platform.fail("GET /health", { status: 503 }, { times: 2 });
  expect([await statusOf("/health"), await statusOf("/health"), await statusOf("/health")]).toEqual([
    503, 503, 200,
  ]);
});

it("uses the faults of a route in the order of the calls", async () => {
  platform.fail("GET /health", { status: 501 }, { times: 1 });
  platform.fail("GET /health", { status: 502 }, { times: 1 });
  platform.fail("GET /health", { status: 503 });
  const statuses = [];
  for (let turn = 0; turn < 4; turn++) statuses.push(await statusOf("/health"));
  expect(statuses).toEqual([501, 502, 503, 503]);
});

it("removes all faults of a route with times 0, and those of no other route", async () => {
  platform.fail("GET /health", { status: 501 });
  platform.fail("GET /health", { status: 502 });
  platform.fail("GET /nowhere", { status: 503 });
  platform.fail("GET /health", { kind: "reset" }, { times: 0 });
  expect([await statusOf("/health"), await statusOf("/nowhere")]).toEqual([200, 503]);
});

it("responds instead of the platform: objects as JSON, strings and bytes unchanged", async () => {
  platform.fail(
    "*",
    { status: 429, headers: { "Retry-After": "0" }, body: { error: "slow down" } },
    { times: 1 },
  );
  platform.fail(
    "*",
    { status: 200, headers: { "content-type": "application/json" }, body: "NaN" },
    { times: 1 },
  );
  platform.fail("*", { status: 200, body: Buffer.from([0xff]) }, { times: 1 });
  platform.fail("*", { status: 200, body: null }, { times: 1 });
  platform.fail("*", { status: 404 }, { times: 1 });
  const answers = [];
  for (let turn = 0; turn < 5; turn++) answers.push(await call(`${platform.url}/x`));
  expect(answers[0]).toMatchObject({
    status: 429,
    json: { error: "slow down" },
    headers: { "retry-after": "0" },
  });
  expect(answers[1]).toMatchObject({ text: "NaN", headers: { "content-type": "application/json" } });
  expect(answers[2]?.headers["content-length"]).toBe("1");
  expect(answers[3]).toMatchObject({
    text: "null",
    headers: { "content-type": expect.stringContaining("json") },
  });
  expect(answers[4]).toMatchObject({ status: 404, text: "" });
});

it("delays a fault by the time of the platform's clock", async () => {
  const clock = manualClock();
  await using timed = await startPlatform({ clock });
  timed.fail("GET /health", { status: 503, delayMs: 60_000 });
  let status: number | undefined;
  const answered = call(`${timed.url}/health`).then((answer) => {
    status = answer.status;
  });
  while (timed.requests.length === 0) await new Promise(setImmediate);
  await clock.advance(59_999);
  expect(status).toBeUndefined();
  await clock.advance(1);
  await answered;
  expect(status).toBe(503);
});
