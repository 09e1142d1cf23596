import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach } from "vitest";

const created: string[] = [];

// Each test uses a configuration folder of its own, never that of the user.
beforeEach(() => {
  const folder = join(tmpdir(), `a2a-peers-configs-${crypto.randomUUID()}`);
  created.push(folder);
  process.env.CONFIGS_DIR = folder;
});

afterAll(() => {
  for (const folder of created.splice(0)) rmSync(folder, { recursive: true, force: true });
});
