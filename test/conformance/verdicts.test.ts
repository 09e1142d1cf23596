import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CHECKS } from "../../src/conformance/checks/index";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../src/conformance/embedded-target";
import { runChecks } from "../../src/conformance/runner";
import type { Fault } from "../../src/testing/index";

let embedded: EmbeddedTarget;
beforeEach(async () => {
  embedded = await startEmbeddedTarget("2026-05", "self-hosted");
});
afterEach(() => embedded[Symbol.asyncDispose]());

async function resultOf(id: string) {
  const [result] = await runChecks(
    CHECKS.filter((check) => check.id === id),
    embedded.target,
  );
  return result;
}

const PROXY = "POST /workspaces/:id/a2a";

describe("a check fails", () => {
  it.each<[id: string, route: string, fault: Fault, note: string | RegExp]>([
    [
      "health.ok",
      "GET /health",
      { status: 200, body: { status: "down" } },
      'expected 200 with status: "ok", got 200 {"status":"down"}',
    ],
    [
      "heartbeat.no-id",
      "POST /registry/heartbeat",
      { status: 200, body: { status: "ok" } },
      'expected 400 with error: "invalid request body", got 200 {"status":"ok"}',
    ],
    ["peers.rows", "GET /registry/:id/peers", { status: 200, body: {} }, "expected an array, got 200 {}"],
    [
      "info.fields",
      "GET /workspaces/:id",
      { status: 404, body: "" },
      /^expected 200 with id: .*without a body$/,
    ],
    ["tenant.foreign-origin", "*", { status: 403, body: { error: "no" } }, /^expected 403 without a body/],
    [
      "discover.stranger",
      "GET /registry/discover/:id",
      { status: 200, body: {} },
      /^expected 403 with error/,
    ],
    ["gate.missing-token", PROXY, { status: 202, body: { queued: true } }, /^expected 401 with error/],
    [
      "message.answer",
      PROXY,
      { status: 200, body: { status: "ok" } },
      /^expected a reply or a place in a queue/,
    ],
    ["register.shows", "POST /registry/register", { status: 200, body: {} }, /^expected 200 with url: /],
    ["limit.headers", "GET /health", { status: 200, body: {} }, /^expected a number in x-ratelimit-limit/],
    [
      "activity.cursor",
      "GET /workspaces/:id/activity",
      { status: 200, body: [] },
      /^expected the order "bc"/,
    ],
    ["message.answer", PROXY, { kind: "reset" }, /^fetch failed/],
  ])("when the response differs: %s", async (id, route, fault, note) => {
    embedded.platform.fail(route, fault);
    const result = await resultOf(id);
    expect(result).toMatchObject({
      verdict: "fail",
      note: typeof note === "string" ? note : expect.stringMatching(note),
    });
  });
});

it("an unlimited rate limit passes the check of its headers", async () => {
  embedded.platform.fail("GET /health", { status: 200, headers: { "X-RateLimit-Limit": "unlimited" } });
  expect(await resultOf("limit.headers")).toMatchObject({ verdict: "pass" });
});

describe("a permitted deviation", () => {
  it("is allowed, with the reason and the response", async () => {
    embedded.platform.fail(PROXY, { status: 413, body: { error: "too large", truncated: true } });
    expect(await resultOf("gate.too-long")).toMatchObject({
      verdict: "allowed",
      note:
        "Later builds respond with 413 and the limit " +
        '(expected 400 with error: "invalid JSON", got 413 {"error":"too large","truncated":true})',
    });
  });

  it("does not include a missing response", async () => {
    embedded.platform.fail(PROXY, { kind: "reset" });
    expect(await resultOf("gate.too-long")).toMatchObject({ verdict: "fail" });
  });
});

describe("a check is skipped", () => {
  it("when a resource is missing, which it names", async () => {
    const { target } = embedded;
    const [result] = await runChecks(
      CHECKS.filter(({ id }) => id === "discover.target-token"),
      { ...target, resources: { peer: "x" } },
    );
    expect(result).toMatchObject({
      verdict: "skipped",
      note: "needs --workspace and --token and --peer-token",
    });
  });

  it.each([
    ["limit.counts", { "X-RateLimit-Limit": "unlimited" }, "the platform reports no limit"],
    ["limit.refuses", { "X-RateLimit-Limit": "unlimited" }, "the platform reports no limit"],
    ["limit.counts", { "X-RateLimit-Remaining": "0" }, "the rate limit is used up"],
    ["limit.refuses", { "X-RateLimit-Remaining": "2001" }, "2001 requests are too many to use up"],
  ])("when the platform offers no way to observe it: %s with %j", async (id, headers, note) => {
    const { platform, target } = embedded;
    platform.fail("GET /health", { status: 200, headers });
    const [result] = await runChecks(
      CHECKS.filter((check) => check.id === id),
      { ...target, resources: { limited: target.request } },
    );
    expect(result).toMatchObject({ verdict: "skipped", note });
  });

  it("when it is a rule of the other version", async () => {
    expect(await resultOf("info.removed")).toMatchObject({ verdict: "skipped", note: "a rule of 2026-04" });
  });
});
