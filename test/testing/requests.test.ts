import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPlatform, type TestPlatform } from "../../src/testing/index";
import { call } from "./helpers/exchange";

let platform: TestPlatform;
beforeEach(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.close());

const get = (path: string) => call(platform.url + path);

describe("waiting for a request", () => {
  it("resolves with one that arrives later, and only with one of the route", async () => {
    const waiting = platform.waitForRequest("GET /workspaces/:id");
    await get("/health");
    await get("/workspaces/me?q=1");
    expect(await waiting).toMatchObject({ method: "GET", path: "/workspaces/me?q=1" });
  });

  it("resolves with one that arrived before, and with a later one by its count", async () => {
    await get("/workspaces/a");
    const second = platform.waitForRequest("GET /workspaces/:id", { count: 2 });
    expect(await platform.waitForRequest("* /workspaces/*")).toMatchObject({ path: "/workspaces/a" });
    await get("/workspaces/b");
    expect(await second).toMatchObject({ path: "/workspaces/b" });
  });

  it("rejects when none arrives in time, and says what did", async () => {
    await get("/health");
    await expect(platform.waitForRequest("POST /registry/register", { timeoutMs: 20 })).rejects.toThrow(
      "Expected request 1 to `POST /registry/register` within 20 ms, got GET /health",
    );
  });

  it("rejects for a malformed route", async () => {
    await expect(platform.waitForRequest("workspaces")).rejects.toThrow("Expected a method and a path");
  });
});

it("forgets requests that are reset, and goes on with the same list", async () => {
  const { requests } = platform;
  await get("/health");
  expect(requests).toHaveLength(1);
  platform.resetRequests();
  expect(requests).toEqual([]);
  await get("/health");
  expect(requests).toHaveLength(1);
});
