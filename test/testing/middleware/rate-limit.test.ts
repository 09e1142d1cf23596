import { afterEach, describe, expect, it } from "vitest";
import {
  manualClock,
  type PlatformOptions,
  startPlatform,
  type TestPlatform,
} from "../../../src/testing/index";
import { resolveOptions } from "../../../src/testing/options";
import { createApp } from "../../../src/testing/routes/app";
import { createState } from "../../../src/testing/store";
import { call } from "../helpers/exchange";
import { beat } from "../helpers/registry";

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
  it("refuses more requests until the minute ends", async () => {
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

  it("counts each address by itself", async () => {
    const app = createApp(createState(resolveOptions({ clock: manualClock(), rateLimit: 1 })));
    const statusFrom = async (address: string) => {
      const { status } = await app.request("/health", {}, { body: Buffer.alloc(0), address });
      return status;
    };
    expect(await statusFrom("192.0.2.1")).toBe(200);
    expect(await statusFrom("192.0.2.1")).toBe(429);
    expect(await statusFrom("192.0.2.2")).toBe(200);
  });

  it("refuses a request before it has an effect", async () => {
    const platform = await start({ rateLimit: 1 });
    const me = platform.addWorkspace({});
    await call(`${platform.url}/health`);
    expect((await beat(platform, me)).status).toBe(429);
    expect(me.state.lastHeartbeatAt).toBeNull();
    expect(platform.requests).toHaveLength(2);
  });

  it("is none by default, as a header states", async () => {
    const app = createApp(createState(resolveOptions({ clock: manualClock() })));
    for (let count = 0; count < 1000; count++) {
      const { status, headers } = await app.request("/health", {}, { body: Buffer.alloc(0), address: "::1" });
      expect(status).toBe(200);
      expect(headers.get("x-ratelimit-limit")).toBe("unlimited");
    }
  });
});
