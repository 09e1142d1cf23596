// npm run build && npm run faults: what the built package does under faults, on real loopback sockets, as one table.
//
//   -- --short          the form that runs in the tests, within seconds
//   -- --json           one JSON object for each line
//   -- --only a,b       some sections
//   -- --runtimes       with other runtimes, as without any of these options, unless in CI
//   -- --soak-minutes n how long the soak lasts
//   -- --package path   another folder of the package than this one

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chooseSections, describeRun } from "../command";
import { classification } from "./classification";
import { crash } from "./crash";
import { fuzz } from "./fuzz";
import { hosts } from "./hosts";
import { loadLibrary } from "./library";
import { load } from "./load";
import type { Row, Section } from "./section";
import { soak } from "./soak";
import { storm } from "./storm";

const SECTIONS: readonly Section[] = [classification, load, storm, fuzz, hosts, soak, crash];
const MARKS = { survived: "ok", violated: "VIOLATED", "not run": "not run" } as const;

const { values: options } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string" },
    runtimes: { type: "boolean", default: false },
    "soak-minutes": { type: "string" },
    package: { type: "string", default: fileURLToPath(new URL("../..", import.meta.url)) },
  },
});

const folder = options.package;
const sections = chooseSections(SECTIONS, options.only);
const library = await loadLibrary(folder);
const soakMinutes = Number(options["soak-minutes"] ?? (options.short ? 0.05 : 0.5));
const isWhole = !options.short && options.only === undefined && process.env.CI === undefined;
const runtimes = options.runtimes || isWhole;

const counts = { survived: 0, violated: 0, "not run": 0 };
const startedAt = performance.now();
const about = describeRun(library.version);
if (!options.json) console.log(about);
for (const section of sections) {
  const sectionStartedAt = performance.now();
  if (!options.json) console.log(`\n${section.name}`);
  const soakMs = soakMinutes * 60_000;
  for await (const row of section.run({ library, folder, short: options.short, runtimes, soakMs })) {
    counts[row.verdict] += 1;
    print(section.name, row);
  }
  if (!options.json) console.log(`  ${((performance.now() - sectionStartedAt) / 1000).toFixed(1)} s`);
}

const seconds = Math.round((performance.now() - startedAt) / 1000);
if (options.json) console.log(JSON.stringify({ about, seconds, ...counts }));
else {
  console.log(
    `\n${counts.survived} survived, ${counts.violated} violated, ${counts["not run"]} not run, in ${seconds} s`,
  );
}
// What is not survived has to be seen by whoever runs this in a pipeline.
process.exitCode = counts.violated === 0 ? 0 : 1;

function print(section: string, row: Row): void {
  if (options.json) console.log(JSON.stringify({ section, ...row }));
  else console.log(`  ${row.what.padEnd(44)} ${MARKS[row.verdict].padEnd(9)} ${row.result}`);
}
