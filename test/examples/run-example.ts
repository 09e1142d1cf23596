import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Run, runTsx } from "../helpers/run-tsx";

/** Runs an example without a terminal. */
export function runExample(path: string, ...args: string[]): Promise<Run> {
  return runTsx(`examples/${path}`, args);
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
    const ended = await runTsx(`examples/${path}`, [], {
      TMPDIR: temporary,
      DELEGATION_RESULTS_FILE: results,
    });
    const left = (await readdir(temporary)).filter((name) => !name.startsWith("tsx-"));
    return { ...ended, left, otherResults: await readFile(results, "utf8") };
  } finally {
    await rm(folder, { recursive: true });
  }
}
