import { setImmediate } from "node:timers/promises";
import { createA2AClient, type HttpMethod } from "a2a-peers";
import type { Fault } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { world } from "../delegation/helpers/world";
import { failureOf } from "../helpers/failure";

const LOST: Fault = { kind: "cut-head" };
const ROUTE = "* /anything";

describe("a failure that may pass", () => {
  it.each<[HttpMethod, boolean | undefined]>([
    ["GET", undefined],
    ["PUT", undefined],
    ["DELETE", undefined],
    ["POST", true],
    ["PATCH", true],
  ])("is followed by another %s (idempotent: %s)", async (method, idempotent) => {
    const { client, platform } = await world();
    for (const fault of [LOST, { status: 502 }, { kind: "reset" } as const])
      platform.fail(ROUTE, fault, { times: 1 });
    platform.fail(ROUTE, { status: 200, body: { done: true } });
    expect((await client.request(method, "/anything", { idempotent })).body).toEqual({ done: true });
    expect(platform.requests.length).toBeGreaterThanOrEqual(3);
  });

  it.each<HttpMethod>(["POST", "PATCH"])(
    "is not followed by another %s that may be carried out",
    async (method) => {
      for (const fault of [LOST, { status: 502 }, { status: 500 }]) {
        const { client, platform } = await world();
        platform.fail(ROUTE, fault);
        const error = await failureOf(client.request(method, "/anything", { body: {} }));
        expect(error).toMatchObject({ delivery: "maybe", attempts: 1, retryable: false });
      }
    },
  );

  it("is followed by another POST when nothing was carried out", async () => {
    const { client, platform } = await world();
    platform.fail(
      ROUTE,
      { status: 429, body: { error: "rate limit exceeded", retry_after: 0 } },
      { times: 1 },
    );
    platform.fail(ROUTE, { status: 503, body: { error: "x", code: "platform_unavailable" } }, { times: 1 });
    platform.fail(ROUTE, { status: 200 });
    expect((await client.request("POST", "/anything")).status).toBe(200);
  });

  it("ends with the time of the call", async () => {
    const { client, platform } = await world();
    platform.fail(ROUTE, { kind: "stall" });
    const error = await failureOf(client.request("GET", "/anything", { timeoutMs: 60 }));
    expect(error).toMatchObject({ code: "timeout" });
  });

  it("ends with the signal of the caller", async () => {
    const { client, platform } = await world();
    platform.fail(ROUTE, { kind: "stall" });
    const controller = new AbortController();
    const rejected = expect(client.request("GET", "/anything", { signal: controller.signal })).rejects.toBe(
      "enough",
    );
    while (platform.requests.length === 0) await setImmediate();
    controller.abort("enough");
    await rejected;
  });
});

describe("a request to the embedded platform", () => {
  it("HEAD has no body, whatever length its answer states", async () => {
    const { client, platform } = await world({ limits: { responseBytes: 4 } });
    platform.fail("HEAD /file", { status: 200, headers: { "content-length": "999999999" } });
    expect(await client.request("HEAD", "/file")).toMatchObject({ status: 200, body: undefined });
  });

  it("without a body states its length", async () => {
    const { client, platform } = await world();
    platform.fail(ROUTE, { status: 200 });
    await client.request("POST", "/anything");
    expect(platform.requests[0]?.headers["content-length"]).toBe("0");
    expect(platform.requests[0]?.headers).not.toHaveProperty("transfer-encoding");
  });

  it("stays below a platform URL with a path", async () => {
    const { platform, me } = await world();
    platform.fail("GET /api/*", { status: 200, body: 1 });
    const client = createA2AClient({
      platformUrl: `${platform.url}/api`,
      workspaceId: me.id,
      token: me.token,
    });
    await client.request("GET", "/x");
    expect(platform.requests[0]?.path).toBe("/api/x");
    await client.close();
  });
});
