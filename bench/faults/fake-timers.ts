import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, runPrograms } from "./run-program";
import type { Row } from "./section";

const HOSTS = fileURLToPath(new URL("./hosts", import.meta.url));
const PROGRAM = join(HOSTS, "fake-timers.mjs");

/** Sends while the timers of the host are fake, installed before and after the import of the package. */
export async function* runFakeTimers(dist: string): AsyncGenerator<Row> {
  yield await runVitest(dist);
  for (const library of ["sinon", "jest"]) {
    const run = (which: string) =>
      ["before", "after"].map((when): Command => [process.execPath, PROGRAM, dist, library, when, which]);
    yield await runPrograms(`fake timers of ${library}, all that it replaces`, run("all"));
    yield await runPrograms(`fake timers of ${library} that stand still`, run("standing-still"));
  }
}

function runVitest(dist: string): Promise<Row> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  return runPrograms(
    "fake timers of vitest, before and after",
    [[process.execPath, vitest, "run", "--root", HOSTS]],
    { A2A_PEERS_DIST: dist },
  );
}
