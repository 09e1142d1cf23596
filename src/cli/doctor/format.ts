import type { CliIo } from "../io";
import { createColors } from "../output";
import { wrap } from "../wrap";
import type { Verdict } from "./finding";
import type { Result } from "./run-checks";

const TITLE_WIDTH = 16;
const VERDICT_WIDTH = 9;
const MAX_WIDTH = 100;

/** One check for people: its verdict, its reason, and on a line of its own the command that mends it. */
export function formatResult(io: CliIo, { verdict, title, reason, mend }: Result): string {
  const colors = createColors(io, io.stdout);
  const paint = { ok: colors.green, warning: colors.yellow, broken: colors.red, skipped: colors.dim }[
    verdict
  ];
  const indent = " ".repeat(VERDICT_WIDTH + TITLE_WIDTH);
  const width = Math.min(io.stdout.columns || 80, MAX_WIDTH) - indent.length;
  const [first = "", ...more] = wrap(reason, width);
  const lines = [
    paint(verdict.padEnd(VERDICT_WIDTH)) + title.padEnd(TITLE_WIDTH) + first,
    ...more.map((line) => indent + line),
    // Never wrapped, so that it can be pasted.
    ...(mend === undefined ? [] : [`${indent}${colors.bold(`$ ${mend}`)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The checks that could not be made, together. */
export function formatBlocked(io: CliIo, results: readonly Result[]): string {
  if (results.length === 0) return "";
  const titles = results.map(({ title }) => title.toLowerCase()).join(", ");
  const title = results.length === 1 ? "1 check" : `${results.length} checks`;
  const reason = `After what is broken has been mended: ${titles}.`;
  return formatResult(io, { id: "blocked", verdict: "skipped", title, reason });
}

/** The last line: how many checks have which verdict. */
export function formatCounts(counts: Readonly<Record<Verdict, number>>): string {
  const { ok, warning, broken, skipped } = counts;
  const warnings = `${warning} ${warning === 1 ? "warning" : "warnings"}`;
  return `\n${ok} ok, ${warnings}, ${broken} broken, ${skipped} skipped\n`;
}
