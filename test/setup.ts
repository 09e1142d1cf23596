import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach } from "vitest";

const made: string[] = [];

// A test that names no folder gets one of its own, and not the one of whoever runs the tests.
beforeEach(() => {
  const folder = join(tmpdir(), `a2a-peers-configs-${crypto.randomUUID()}`);
  made.push(folder);
  process.env.CONFIGS_DIR = folder;
});

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});
