import { afterEach, describe, expect, it } from "vitest";
import { manualClock, type PlatformOptions, startPlatform, type TestPlatform } from "../../src/testing/index";
import { resolveOptions } from "../../src/testing/options";
import { createApp } from "../../src/testing/routes/app";
import { createState } from "../../src/testing/store";
import { asCaller, call, send } from "./helpers/exchange";
import { beat, register, updateCard } from "./helpers/registry";

const platforms: TestPlatform[] = [];
afterEach(async () => {
  for (const platform of platforms.splice(0)) await platform.close();
});

async function start(options: PlatformOptions): Promise<TestPlatform> {
  const platform = await startPlatform(options);
  platforms.push(platform);
  return platform;
}

describe("the rate limit", () => {
  it("refuses what is over it until the minute is over", async () => {
    const clock = manualClock();
    const platform = await start({ rateLimit: 2, clock });
    const health = () => call(`${platform.url}/health`);
    expect(await health()).toMatchObject({ status: 200, headers: { "x-ratelimit-limit": "2" } });
    await clock.advance(18_000);
    expect(await health()).toMatchObject({ status: 200, headers: { "x-ratelimit-remaining": "0" } });
    expect(await health()).toMatchObject({
      status: 429,
      json: { error: "rate limit exceeded", retry_after: 42 },
      headers: { "retry-after": "42", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "42" },
    });
    await clock.advance(42_000);
    expect(await health()).toMatchObject({ status: 200, headers: { "x-ratelimit-remaining": "1" } });
  });

  it("is counted for each address", async () => {
    const app = createApp(createState(resolveOptions({ clock: manualClock(), rateLimit: 1 })));
    const statusFrom = async (address: string) => {
      const { status } = await app.request("/health", {}, { body: Buffer.alloc(0), address });
      return status;
    };
    expect(await statusFrom("192.0.2.1")).toBe(200);
    expect(await statusFrom("192.0.2.1")).toBe(429);
    expect(await statusFrom("192.0.2.2")).toBe(200);
  });

  it("keeps a refused request from doing anything", async () => {
    const platform = await start({ rateLimit: 1 });
    const me = platform.addWorkspace({});
    await call(`${platform.url}/health`);
    expect((await beat(platform, me)).status).toBe(429);
    expect(me.state.lastHeartbeatAt).toBeNull();
    expect(platform.requests).toHaveLength(2);
  });

  it("is not there unless it was asked for, and then says so", async () => {
    const app = createApp(createState(resolveOptions({ clock: manualClock() })));
    for (let count = 0; count < 1000; count++) {
      const { status, headers } = await app.request("/health", {}, { body: Buffer.alloc(0), address: "::1" });
      expect(status).toBe(200);
      expect(headers.get("x-ratelimit-limit")).toBe("unlimited");
    }
  });
});

describe("the platform of an organisation", () => {
  const ORG = { "x-molecule-org-id": "org-1" };

  it("hides from who does not name it", async () => {
    const platform = await start({ orgId: "org-1" });
    const me = platform.addWorkspace({});
    const url = `${platform.url}/workspaces/${me.id}`;
    for (const headers of [{}, { "x-molecule-org-id": "org-2" }]) {
      expect(await call(url, { headers })).toMatchObject({ status: 404, text: "" });
    }
    expect((await send(platform, me, me)).status).toBe(404);
    expect((await updateCard(platform, me, {})).text).toBe("");
    expect((await call(url, { headers: ORG })).status).toBe(200);
    expect((await call(`${url}/state`, { headers: { ...ORG, ...asCaller(me) } })).status).toBe(200);
  });

  it("lets its own origin in, and refuses a foreign one before it hides", async () => {
    const platform = await start({ orgId: "org-1" });
    const url = `${platform.url}/workspaces/${platform.addWorkspace({}).id}`;
    expect((await call(url, { headers: { origin: platform.url } })).status).toBe(200);
    const foreign = { origin: "http://elsewhere.example", ...ORG };
    expect(await call(url, { headers: foreign })).toMatchObject({ status: 403, text: "" });
    expect((await call(url, { headers: { origin: "http://localhost:3000" } })).status).toBe(404);
  });

  it("is open for health, registrations, heartbeats and the control plane", async () => {
    const platform = await start({ orgId: "org-1" });
    const me = platform.addWorkspace({});
    expect((await call(`${platform.url}/health`)).status).toBe(200);
    expect((await register(platform, me)).status).toBe(200);
    expect((await beat(platform, me)).status).toBe(200);
    expect((await call(`${platform.url}/cp/anything`)).text).toBe("404 page not found");
  });
});
