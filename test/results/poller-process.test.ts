import { startPlatform, type TestPlatform } from "a2a-peers/testing";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { bundle, runScript } from "../helpers/run-script";
import { scratchFolder } from "../helpers/scratch-folder";

let script: string;
let platform: TestPlatform;

beforeAll(async () => {
  script = await bundle(new URL("./scripts/only-poller.ts", import.meta.url));
});
beforeEach(async () => {
  platform = await startPlatform();
  // Beside a live stream there would be one poll a minute.
  platform.fail("GET /workspaces/:id/events/stream", { status: 404, body: { error: "not found" } });
});
afterEach(() => platform.close());

const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 5 });

/** Starts a process with a heartbeat and some other work, and waits for its first poll. */
async function start(ending = "") {
  const me = platform.addWorkspace({ reply: () => "thank you" });
  const { child, ended } = runScript(
    script,
    platform.url,
    me.id,
    String(me.token),
    await scratchFolder(),
    ending,
  );
  const asked = (path: string) =>
    platform.requests.filter((request) => request.path === `/workspaces/${me.id}/${path}`).length;
  await waitFor(() => expect(asked("delegations")).toBeGreaterThan(1));
  return {
    me,
    asked,
    stall: (route: string) => platform.fail(route.replace(":id", me.id), { kind: "stall" }),
    finish: (id: string) =>
      me.addDelegationRow({ delegation_id: id, source_id: me.id, status: "failed", summary: "it failed" }),
    /** Ends the other work; resolves when the process has exited. */
    async end() {
      child.kill("SIGUSR2");
      return await ended;
    },
  };
}

const clean = { code: 0, signal: null, stdout: "", stderr: "" };

describe("a process that polls for results and has no other work", () => {
  it("exits by itself during the cooldown of a wake-up message", async () => {
    const { me, end, finish } = await start();
    finish("d-1");
    await waitFor(() => expect(me.received).toHaveLength(1));
    finish("d-2");
    await waitFor(() => expect(me.notifications).toHaveLength(2));
    expect(await end()).toEqual(clean);
    expect(me.received).toHaveLength(1);
  });

  it("exits by itself while a poll hangs", async () => {
    const { end, stall, asked } = await start();
    stall("GET /workspaces/:id/delegations");
    const before = asked("delegations");
    await waitFor(() => expect(asked("delegations")).toBeGreaterThan(before));
    expect(await end()).toEqual(clean);
  });

  it.each(["a2a", "notify"])("exits by itself while a request to %s hangs", async (path) => {
    const { end, stall, asked, finish } = await start();
    stall(`POST /workspaces/:id/${path}`);
    finish("d-1");
    await waitFor(() => expect(asked(path)).toBe(1));
    expect(await end()).toEqual(clean);
  });

  it.each(["close", "stop"])(
    "exits by itself after %s(), also while a wake-up message is being sent",
    async (ending) => {
      const { end, stall, asked, finish } = await start(ending);
      for (const path of ["a2a", "notify"]) stall(`POST /workspaces/:id/${path}`);
      finish("d-1");
      await waitFor(() => expect(asked("a2a")).toBe(1));
      expect(await end()).toEqual(clean);
    },
  );
});
