import Table from "cli-table3";
import type { CliIo } from "./io";
import { createColors } from "./output";

const NO_BORDERS = {
  top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "",
  "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  ",
}; // biome-ignore format: one list

/** Columns of text without borders, under a header. */
export function formatTable(
  io: CliIo,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const { bold } = createColors(io, io.stdout);
  const table = new Table({
    chars: NO_BORDERS,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  table.push(
    header.map((title) => bold(title)),
    ...rows.map((row) => [...row]),
  );
  return `${table.toString().replace(/[ \t]+$/gm, "")}\n`;
}
