import { afterEach, describe, expect, it } from "vitest";
import { type PlatformOptions, startPlatform, type TestPlatform } from "../../../src/testing/index";
import { asCaller, call, send } from "../helpers/exchange";
import { beat, register, updateCard } from "../helpers/registry";

const platforms: TestPlatform[] = [];
afterEach(async () => {
  for (const platform of platforms.splice(0)) await platform.close();
});

async function start(options: PlatformOptions): Promise<TestPlatform> {
  const platform = await startPlatform(options);
  platforms.push(platform);
  return platform;
}

describe("a platform with an organisation", () => {
  const ORG = { "x-molecule-org-id": "org-1" };

  it("answers requests without it with an empty 404", async () => {
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

  it("accepts its own origin, and checks origins before the organisation", async () => {
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
