import type { Table } from "../section";
import { columnsOf, formatCell } from "./format";

/** A table for a terminal: the first column to the left, numbers to the right. */
export function toText({ title, rows, note }: Table): string {
  const columns = columnsOf(rows);
  const cells = [columns, ...rows.map((row) => columns.map((column) => formatCell(row[column])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join("  "),
  );
  return ["", title, ...lines.map((line) => `  ${line}`), ...(note === undefined ? [] : [`  ${note}`])].join(
    "\n",
  );
}
