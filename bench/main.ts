// npm run build && npm run bench: how fast the built package is, against others, as tables of ratios of one run.
//
//   -- --quick          fewer rounds and smaller numbers, within a minute
//   -- --only a,b       some sections
//   -- --clients a,b    some of the compared clients
//   -- --json           one JSON object for each row and each goal, on a line of its own
//   -- --markdown       the tables of docs/performance.md
//   -- --chart path     writes the chart of the sends as SVG, too

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chooseSections, describeRun } from "./command";
import { loadLibrary } from "./faults/library";
import { toGoalTable } from "./report/format";
import { toMarkdown } from "./report/markdown";
import { toSendChart } from "./report/send-chart";
import { toText } from "./report/text";
import { type Goal, isReached, type Section, type Table } from "./section";
import { enricher } from "./sections/enricher";
import { growth } from "./sections/growth";
import { heartbeats } from "./sections/heartbeats";
import { inbox } from "./sections/inbox";
import { list } from "./sections/list";
import { load } from "./sections/load";
import { send } from "./sections/send";
import { size } from "./sections/size";
import { start } from "./sections/start";

const SECTIONS: readonly Section[] = [send, enricher, list, inbox, heartbeats, load, start, size, growth];

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    clients: { type: "string" },
    json: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    chart: { type: "string" },
    package: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
  },
});

const folder = options.package;
const sections = chooseSections(SECTIONS, options.only);
const library = await loadLibrary(folder);
const clients = options.clients?.split(",");

const startedAt = performance.now();
const secondsSince = (start: number): number => Math.round((performance.now() - start) / 1000);
const about = `${describeRun(library.version)}${options.quick ? ", a quick run: rough figures" : ""}`;
const goals: Goal[] = [];
const tables: Table[] = [];
if (!options.json && !options.markdown) console.log(about);
for (const section of sections) {
  const sectionStartedAt = performance.now();
  try {
    const result = await section.run({ library, folder, quick: options.quick, clients });
    goals.push(...result.goals);
    tables.push(...result.tables);
    if (!options.markdown) for (const table of result.tables) print(section.name, table);
    console.error(`${section.name}: ${secondsSince(sectionStartedAt)} s`);
  } catch (error) {
    // The other sections took minutes, too.
    console.error(`${section.name} failed:`, error);
    process.exitCode = 1;
  }
}
if (options.chart !== undefined) {
  const chart = toSendChart(tables, about);
  if (chart === undefined) throw new Error("The chart is one of the section `send`, which did not run");
  await writeFile(options.chart, chart);
}
const reached = goals.filter(isReached).length;
const seconds = secondsSince(startedAt);
if (options.json) {
  for (const goal of goals) console.log(JSON.stringify({ ...goal, reached: isReached(goal) }));
  console.log(JSON.stringify({ about, seconds, goals: goals.length, reached }));
} else {
  const goalTables = goals.length === 0 ? [] : [toGoalTable(goals)];
  const sum = `${reached} of ${goals.length} goals reached, in ${seconds} s`;
  if (options.markdown) {
    console.log(`${about}: ${sum}.\n`);
    for (const table of [...goalTables, ...tables]) console.log(toMarkdown(table));
  } else console.log([...goalTables.map(toText), "", sum].join("\n"));
}

function print(section: string, { title, rows, note }: Table): void {
  if (options.json) {
    for (const row of rows) console.log(JSON.stringify({ section, table: title, ...row }));
    if (note !== undefined) console.log(JSON.stringify({ section, table: title, note }));
  } else console.log(toText({ title, rows, note }));
}
