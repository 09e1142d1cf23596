import { randomUUID } from "node:crypto";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startPlatform, type TestPlatform } from "a2a-peers/testing";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { bundle } from "../helpers/run-script";
import { scratchFolder } from "../helpers/scratch-folder";
import { type Deliverer, startDeliverer, waitUntil, withoutStream } from "./helpers/deliverer";
import { RESULT_KEYS, takeFile } from "./helpers/reader";

/** Changes of the disk by a process that takes the lock over and delivers twice, about. */
const STEPS = 24;
/** Every second one is before or after one of the steps, each once. `A2A_PEERS_KILLS=200` kills two hundred. */
const KILLS = Number(process.env.A2A_PEERS_KILLS ?? 4 * STEPS);
const LANES = 4;
/** Results that are not delivered yet must be among the 50 rows that the platform lists. */
const MOST_OPEN = 40;
const LONGEST_LIFE_MS = 20;

let script: string;

beforeAll(async () => {
  script = await bundle(new URL("./scripts/deliver-results.ts", import.meta.url));
});

/** A workspace whose delegations finish one after the other while its processes are killed. */
async function openLane(platform: TestPlatform) {
  const me = platform.addWorkspace();
  const folder = await scratchFolder();
  const path = join(folder, "delegation_results.jsonl");
  const finished: string[] = [];
  const received: string[] = [];
  let over = false;
  let work: Promise<unknown> = Promise.resolve();

  async function finish(): Promise<void> {
    while (!over) {
      if (finished.length - received.length < MOST_OPEN) {
        const id = randomUUID();
        finished.push(id);
        const response_preview = `result ${finished.length}`;
        me.addDelegationRow({ delegation_id: id, source_id: me.id, status: "completed", response_preview });
      }
      await sleep(Math.random() * 12);
    }
  }

  async function take(): Promise<void> {
    for (const line of await takeFile(path)) {
      const result = JSON.parse(line);
      expect(Object.keys(result)).toEqual(RESULT_KEYS);
      expect(result.response_preview).toBe(`result ${finished.indexOf(result.delegation_id) + 1}`);
      received.push(result.delegation_id);
    }
  }

  async function read(): Promise<void> {
    while (!over) {
      await take();
      await sleep(Math.random() * 20);
    }
  }

  const start = (killAt?: { n: number; moment: "before" | "after" }): Deliverer =>
    startDeliverer(script, {
      platformUrl: platform.url,
      workspaceId: me.id,
      token: String(me.token),
      stateDir: folder,
      ...(killAt && { killAt }),
    });

  /** Makes a first poll, because what was finished before it is not delivered. */
  async function begin(): Promise<void> {
    const first = start();
    await waitUntil(() => lstat(join(folder, ".delegations.json")));
    await first.kill();
    work = Promise.all([finish(), read()]);
    // Compared at the end.
    work.catch(() => {});
  }

  async function end(): Promise<void> {
    over = true;
    await work;
    const last = start();
    await waitUntil(async () => {
      await take();
      expect(received.length).toBeGreaterThanOrEqual(finished.length);
    });
    const beats = last.eventsOf("heartbeat.sent").length;
    await waitUntil(() => expect(last.eventsOf("heartbeat.sent").length).toBeGreaterThan(beats + 2));
    await last.stop();
    await take();
  }

  return { folder, finished, received, start, begin, end };
}

it(`loses no result and delivers none twice, in ${KILLS} kills`, { timeout: 240_000 }, async () => {
  const platform = withoutStream(await startPlatform());
  onTestFinished(() => platform.close());
  const lanes = await Promise.all(Array.from({ length: LANES }, () => openLane(platform)));
  let kills = 0;

  async function killOne({ start }: (typeof lanes)[number], count: number): Promise<void> {
    if (count % 2 === 0) {
      const deliverer = start();
      await waitUntil(() => expect(deliverer.eventsOf("heartbeat.sent")).not.toEqual([]));
      await sleep(Math.random() * LONGEST_LIFE_MS);
      await deliverer.kill();
    } else {
      const step = (count - 1) / 2;
      const moment = step % 2 === 0 ? "before" : "after";
      expect(await start({ n: 1 + (Math.floor(step / 2) % STEPS), moment }).closed).toBe("SIGKILL");
    }
  }

  await Promise.all(
    lanes.map(async (lane) => {
      await lane.begin();
      while (kills < KILLS) {
        kills += 1;
        await killOne(lane, kills);
      }
      await lane.end();
    }),
  );

  for (const { finished, received, folder } of lanes) {
    const lost = finished.filter((id) => !received.includes(id));
    const repeated = received.filter((id, index) => received.indexOf(id) !== index);
    expect({ lost, repeated }).toEqual({ lost: [], repeated: [] });
    expect(received).toEqual(finished);
    expect(await readdir(folder)).not.toContain("delegation_results.jsonl.claim");
    // The test did what its title says.
    expect(finished.length).toBeGreaterThan(KILLS / LANES);
  }
});
