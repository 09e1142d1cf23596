import { stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { BEAT, INTERVAL, refused } from "../heartbeat/helpers/fixture";
import type { Answer } from "../heartbeat/helpers/scripted-platform";
import { LIST, startFixture } from "./helpers/polling-fixture";

const HOUR = 3_600_000;

/** Sets the time at which the lock was renewed last to an hour ago. */
async function age(path: string): Promise<void> {
  const time = new Date(Date.now() - HOUR);
  await utimes(path, time, time);
}

it.each<[string, string, Answer]>([
  ["the list fails", LIST, refused(500)],
  ["the list is refused", LIST, refused(401)],
  ["the list hangs", LIST, "hang"],
  ["the list is limited for an hour", LIST, refused(429, "slow", { "retry-after": "3600" })],
  ["the beats are limited for an hour", BEAT, refused(429, "slow", { "retry-after": "3600" })],
  ["the beats are refused", BEAT, refused(401)],
  ["the platform is away", BEAT, "reset"],
])("the lock of the results is renewed with every beat while %s", async (_, route, answer) => {
  const { begin, folder, pass, platform, heartbeat } = await startFixture();
  await begin();
  const lock = join(folder, ".delegations.json.lock");
  await vi.waitFor(() => stat(lock));
  platform.on(route, () => answer);
  // The first wait may be longer, and a list that hangs ends after 10 s.
  await pass(3 * INTERVAL);
  for (let beat = 0; beat < 3; beat += 1) {
    await age(lock);
    await pass(3 * INTERVAL);
    await vi.waitFor(async () => expect(Date.now() - (await stat(lock)).mtimeMs).toBeLessThan(HOUR / 2));
  }
  platform.on(route, () => ({ status: 200, body: [] }));
  await heartbeat.stop();
});
