import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, vi } from "vitest";

const created: string[] = [];
const environment = process.env;

// Each test uses a configuration folder of its own, never that of the user.
beforeEach(() => {
  const folder = join(tmpdir(), `a2a-peers-configs-${crypto.randomUUID()}`);
  created.push(folder);
  process.env.CONFIGS_DIR = folder;
});

// The files that follow in the same process have the environment as it was, also after a test that ran out of time.
afterEach(() => {
  process.env = environment;
  vi.unstubAllEnvs();
});

afterAll(() => {
  for (const folder of created.splice(0)) rmSync(folder, { recursive: true, force: true });
});
