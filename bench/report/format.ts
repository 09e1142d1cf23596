import { type Goal, isReached, type Row, type Table } from "../section";

/** A number in three digits, or whole above; text as it is. */
export function formatCell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The columns of a table: the members of its rows, in the order of their first appearance. */
export const columnsOf = (rows: readonly Row[]): string[] => [
  ...new Set(rows.flatMap((row) => Object.keys(row))),
];

/** The goals as a table, each marked as reached or not. */
export function toGoalTable(goals: readonly Goal[]): Table {
  const amount = (value: number, unit: string | undefined) =>
    [formatCell(value), unit].filter(Boolean).join(" ");
  const rows = goals.map((goal) => ({
    what: goal.what,
    measured: amount(goal.measured, goal.unit),
    goal: `${goal.direction} ${amount(goal.limit, goal.unit)}`,
    reached: isReached(goal) ? "yes" : "no",
  }));
  return { title: "Goals", rows };
}
