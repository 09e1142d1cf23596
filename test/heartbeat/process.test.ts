import { startPlatform, type TestPlatform } from "a2a-peers/testing";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { bundle, runScript } from "../helpers/run-script";
import { scratchFolder } from "../helpers/scratch-folder";
import { BEAT } from "./helpers/fixture";

let script: string;
let platform: TestPlatform;

beforeAll(async () => {
  script = await bundle(new URL("./scripts/only-heartbeat.ts", import.meta.url));
});
beforeEach(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.close());

const beats = () => platform.requests.filter(({ path }) => path === "/registry/heartbeat");

async function start({ workMs = 200, ending = "", url = platform.url } = {}) {
  const me = platform.addWorkspace();
  const folder = await scratchFolder();
  const running = runScript(script, url, me.id, String(me.token), String(workMs), folder, ending);
  return { me, ...running };
}

describe("a process that has nothing but a running heartbeat", () => {
  it("exits by itself, without a signal handler", async () => {
    const { ended } = await start();
    expect(await ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    expect(beats().length).toBeGreaterThan(0);
  });

  it("exits at once when there is no other work", async () => {
    const { ended } = await start({ workMs: 0 });
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });

  it.each(["stall", "stall-head", "stall-body"] as const)(
    "exits by itself while a beat hangs (%s)",
    async (kind) => {
      platform.fail(BEAT, { kind });
      const { ended } = await start();
      expect(await ended).toMatchObject({ code: 0, stderr: "" });
    },
  );

  it.each([400, 401, 429, 500])("exits by itself while every beat is answered %i", async (status) => {
    platform.fail(BEAT, { status, body: { error: "no" } });
    const { ended } = await start();
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    expect(beats().length).toBeGreaterThan(0);
  });

  it("exits by itself when nothing listens at the platform URL", async () => {
    await platform.close();
    const { ended } = await start();
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });

  it.each(["stop", "close"])("exits by itself after %s()", async (ending) => {
    const { ended, me } = await start({ ending });
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    if (ending === "stop") expect(me.state).toMatchObject({ activeTasks: 0, currentTask: "" });
  });

  it("is ended by a signal like any other process", async () => {
    const { child, ended } = await start({ workMs: 60_000 });
    await vi.waitFor(() => expect(beats().length).toBeGreaterThan(1), 5000);
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: null, signal: "SIGTERM" });
  });
});
