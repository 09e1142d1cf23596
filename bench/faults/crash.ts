import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { notRun, type Row, type Section, survived, violated } from "./section";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FILES = ["test/results/kills.test.ts", "test/inbox/kills.test.ts"];
const KILLS = 200;
const TIMEOUT_MS = 280_000;

/** The part of the report of vitest that is used here. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly duration?: number;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Processes that are killed at any moment. The tests do the killing and the counting, on the source of the package. */
export const crash: Section = {
  name: "crash",
  async *run({ short }) {
    if (short) {
      yield notRun("processes that are killed", "not in the short form: these tests run beside it");
      return;
    }
    const report = await runTests();
    for (const { title, status, duration = 0, failureMessages } of report.testResults.flatMap(
      ({ assertionResults }) => assertionResults,
    )) {
      const row: (what: string, result: string) => Row = status === "passed" ? survived : violated;
      const seconds = `${(duration / 1000).toFixed(1)} s, from the source`;
      yield row(title, [seconds, ...failureMessages.map((each) => each.split("\n")[0])].join(": "));
    }
  },
};

/** Runs the tests. They fail with an exit code, and the report says which. */
async function runTests(): Promise<Report> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const env = { ...process.env, NO_COLOR: "1", A2A_PEERS_KILLS: String(KILLS) };
  const output = await new Promise<string>((resolve) => {
    const options = { cwd: ROOT, env, timeout: TIMEOUT_MS, maxBuffer: 64 * 2 ** 20 };
    execFile(process.execPath, [vitest, "run", "--reporter=json", ...FILES], options, (_, stdout) =>
      resolve(stdout),
    );
  });
  return JSON.parse(output.slice(output.indexOf("{")));
}
