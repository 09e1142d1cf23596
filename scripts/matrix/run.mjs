// npm run matrix: the built and packed package where it is to run: runtimes, proxies, a worker, bundlers, compilers.
// Needs `npm run build` before, and the npm registry, from which all of them come; no other host is asked. Prints one
// table; fails when something is otherwise. `-- --only bundlers,types` runs some of the sections.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installPackage } from "./project.mjs";
import { bundlers } from "./sections/bundlers.mjs";
import { compilers } from "./sections/compilers.mjs";
import { proxies } from "./sections/proxies.mjs";
import { runtimes } from "./sections/runtimes.mjs";
import { worker } from "./sections/worker.mjs";

/** Each yields rows: `subject`, `version`, and `verdicts`, or `notRun` with the reason. */
const SECTIONS = { runtimes, proxies, worker, bundlers, types: compilers };

const { values } = parseArgs({
  options: { only: { type: "string", default: Object.keys(SECTIONS).join() } },
});
const names = values.only.split(",");
const unknown = names.find((name) => SECTIONS[name] === undefined);
if (unknown !== undefined)
  throw new Error(`There is no section ${unknown}. The sections are ${Object.keys(SECTIONS).join(", ")}.`);

const scratch = await mkdtemp(join(tmpdir(), "a2a-peers-matrix-"));
const lines = ["| Where | Version | As expected | Otherwise |", "|---|---|---|---|"];
let wrong = 0;
try {
  const project = await installPackage(scratch);
  for (const name of names) {
    for await (const { subject, version = "–", notRun, verdicts = [] } of SECTIONS[name]({
      scratch,
      project,
    })) {
      const failures = verdicts.filter(({ ok }) => !ok);
      wrong += failures.length;
      const otherwise =
        notRun ?? failures.map(({ step, seen }) => `${step}: ${seen ?? "nothing"}`).join("; ");
      const count =
        notRun === undefined ? `${verdicts.length - failures.length} of ${verdicts.length}` : "not run";
      lines.push(`| ${subject} | ${version} | ${count} | ${otherwise.replaceAll("|", "\\|") || "–"} |`);
      console.error(`${subject} ${version}: ${count}`);
    }
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
console.log(lines.join("\n"));
process.exitCode = wrong === 0 ? 0 : 1;
