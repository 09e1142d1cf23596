import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { send } from "../helpers/exchange";
import { beat, register } from "../helpers/registry";

const agent = createServer((_request, response) => response.end("{}"));
let url: string;
let clock: ManualClock;
let platform: TestPlatform;
let external: TestWorkspace;
beforeEach(async () => {
  await new Promise<void>((resolve) => agent.listen(0, "127.0.0.1", resolve));
  url = `http://localhost:${(agent.address() as AddressInfo).port}/`;
  clock = manualClock();
  platform = await startPlatform({ clock, version: "2026-04" });
  external = platform.addWorkspace({ name: "Outside" });
  await register(platform, external, { url });
});
afterEach(async () => {
  await platform.close();
  await new Promise((resolve) => agent.close(resolve).closeAllConnections());
});

const reach = async () => {
  const { status, json } = await send(platform, null, external);
  return status === 200 ? "reached" : json;
};

it("an external workspace is unreachable after pause and resume until it registers, although it beats", async () => {
  expect(await reach()).toBe("reached");
  external.pause();
  expect(external.state).toMatchObject({ status: "paused", url: "" });
  expect(await beat(platform, external)).toMatchObject({ status: 200 });
  expect(await reach()).toEqual({ error: "workspace has no URL", status: "paused" });
  external.resume();
  for (let beats = 0; beats < 14; beats += 1) {
    await clock.advance(30_000);
    expect(await beat(platform, external)).toMatchObject({ status: 200 });
    expect(await reach()).toEqual({ error: "workspace has no URL", status: "failed" });
  }
  await register(platform, external, { url });
  expect(external.state).toMatchObject({ status: "online", url });
  expect(await reach()).toBe("reached");
});

it("an external workspace is reached for five minutes after a restart, then not until it registers", async () => {
  external.restart();
  expect(external.state).toMatchObject({ status: "failed", url: "" });
  const beatFor = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 30_000) {
      await clock.advance(30_000);
      await beat(platform, external);
    }
  };
  await beatFor(240_000);
  expect(await reach()).toBe("reached");
  await beatFor(90_000);
  expect(await reach()).toEqual({ error: "workspace has no URL", status: "failed" });
  await register(platform, external, { url });
  expect(await reach()).toBe("reached");
});

it("a pause after a restart ends the reach at once", async () => {
  external.restart();
  external.pause();
  expect(await reach()).toEqual({ error: "workspace has no URL", status: "paused" });
});

it("a workspace that the platform runs is online 10 s after it is resumed or restarted", async () => {
  const inside = platform.addWorkspace({ reply: () => "hi" });
  inside.pause();
  inside.resume();
  expect(inside.state.status).toBe("provisioning");
  await clock.advance(10_000);
  expect(inside.state.status).toBe("online");
  inside.restart();
  expect(inside.state.status).toBe("provisioning");
  await clock.advance(10_000);
  expect((await send(platform, null, inside)).status).toBe(200);
});
