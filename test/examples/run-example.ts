import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const TSX = createRequire(import.meta.url).resolve("tsx/cli");
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs an example without a terminal. */
export function runExample(path: string, ...args: string[]): Promise<Run> {
  return run(path, args, {});
}

export interface IsolatedRun extends Run {
  /** Files that the example left in its temporary folder. */
  left: string[];
  /** The results file of {@link OTHER_RESULT} afterwards. */
  otherResults: string;
}

/** A result of another task, in the file that the environment names: no example may read or change it. */
export const OTHER_RESULT = `{"delegation_id":"other","status":"completed"}\n`;

/** Runs an example with a temporary folder of its own. */
export async function runExampleIsolated(path: string): Promise<IsolatedRun> {
  const folder = await mkdtemp(join(tmpdir(), "a2a-peers-example-"));
  const results = join(folder, "delegation_results.jsonl");
  const temporary = join(folder, "temporary");
  try {
    await mkdir(temporary);
    await writeFile(results, OTHER_RESULT);
    const ended = await run(path, [], { TMPDIR: temporary, DELEGATION_RESULTS_FILE: results });
    const left = (await readdir(temporary)).filter((name) => !name.startsWith("tsx-"));
    return { ...ended, left, otherResults: await readFile(results, "utf8") };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function run(path: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Run> {
  const child = spawn(process.execPath, [TSX, `examples/${path}`, ...args], {
    cwd: ROOT,
    env: { ...process.env, PLATFORM_URL: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("close", resolve).once("error", reject);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, stdout, stderr };
}
