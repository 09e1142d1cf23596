import disk from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { scratchFolder } from "../helpers/scratch-folder";
import { BEAT, createFixture, INFO, INTERVAL, SECOND } from "./helpers/fixture";

const FILE = ".platform_inbound_secret";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Calls of the disk that never return. */
const CALLS = ["open", "mkdir", "lstat", "readdir", "rename", "rm"] as const;

function hang(name: (typeof CALLS)[number]): void {
  vi.spyOn(disk.promises, name as "mkdir").mockImplementation(() => new Promise<never>(() => {}));
}

async function beating() {
  const folder = await scratchFolder();
  const all = createFixture({ stateDir: folder, timeoutMs: 4000 });
  let secret = "secret-1";
  all.platform.on(BEAT, () => ({ status: 200, body: { platform_inbound_secret: secret } }));
  return { ...all, folder, changeSecret: (next: string) => (secret = next) };
}

describe.each(CALLS)("a disk whose %s hangs", (name) => {
  it("holds up no beat, is reported, and delays the end by timeoutMs at most", async () => {
    const { heartbeat, clock, beats, eventsOf, changeSecret } = await beating();
    hang(name);
    heartbeat.start();
    await clock.advance(SECOND + 3 * INTERVAL);
    changeSecret("secret-2");
    await clock.advance(3 * INTERVAL);
    expect(beats()).toHaveLength(8);
    expect(heartbeat.status.consecutiveFailures).toBe(0);
    expect(await heartbeat.inboundSecret()).toBe("secret-2");
    if (name !== "rm") expect(eventsOf("heartbeat.store_failed").length).toBeGreaterThan(0);

    const stopping = heartbeat.stop();
    await clock.advance(4000);
    await stopping;
    expect(clock.pending).toEqual([]);
  });

  it("delays close() by 2 s at most", async () => {
    const { client, heartbeat, clock } = await beating();
    hang(name);
    heartbeat.start();
    await clock.advance(SECOND);
    const closing = client.close();
    await clock.advance(2000);
    await closing;
  });
});

it("a disk that answers late gets the secret that was received last", async () => {
  const { heartbeat, clock, folder, changeSecret } = await beating();
  const real = disk.promises.rename;
  let answer = () => {};
  const rename = vi.spyOn(disk.promises, "rename").mockImplementationOnce(async (from, to) => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    await real(from, to);
  });
  heartbeat.start();
  await clock.advance(SECOND);
  changeSecret("secret-2");
  await clock.advance(INTERVAL);
  await vi.waitFor(() => expect(rename).toHaveBeenCalled());
  answer();
  await heartbeat.stop();
  expect(await readFile(join(folder, FILE), "utf8")).toBe("secret-2");
});

it("a results file on a disk that hangs holds up no beat and no stop", async () => {
  const folder = await scratchFolder();
  const { clock, beats, platform, another } = createFixture();
  platform.on(`${INFO}/delegations`, () => ({
    status: 200,
    body: [],
  }));
  const heartbeat = another({ stateDir: folder, delegations: {}, timeoutMs: 4000 });
  hang("open");
  heartbeat.start();
  await clock.advance(SECOND + 3 * INTERVAL);
  expect(beats()).toHaveLength(5);
  const stopping = heartbeat.stop();
  await clock.advance(4000);
  await stopping;
});
