import type { Table } from "../section";
import { columnsOf, formatCell } from "./format";

const escapeCell = (cell: string): string => cell.replaceAll("|", "\\|");

/** A table under a heading, for a page of the documentation. */
export function toMarkdown({ title, rows, note }: Table): string {
  const columns = columnsOf(rows);
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(" | ")} |`;
  const isNumber = (column: string) => rows.every((row) => typeof row[column] !== "string");
  const rule = `|${columns.map((column) => (isNumber(column) ? "---:" : "---")).join("|")}|`;
  const body = rows.map((row) => line(columns.map((column) => formatCell(row[column]))));
  return [
    `### ${title}`,
    "",
    line(columns),
    rule,
    ...body,
    ...(note === undefined ? [] : ["", note]),
    "",
  ].join("\n");
}
