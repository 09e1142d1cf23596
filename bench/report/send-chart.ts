import type { Table } from "../section";
import { type Chart, toSvg } from "./chart";

/** The chart of the section `send`, from its tables; `undefined` without them. */
export function toSendChart(tables: readonly Table[], about: string): string | undefined {
  const panels = tables
    .filter(({ title }) => title.startsWith("200 B"))
    .map(({ title, rows }) => ({
      title: title.replace("200 B, ", ""),
      bars: rows.map((row) => ({ label: String(row.client), value: Number(row["of fetch"]) })),
    }));
  if (panels.length === 0) return undefined;
  const chart: Chart = {
    title: "Messages per second, as a multiple of the built-in fetch",
    subtitle: `Replies of 200 B. ${about}. Higher is better.`,
    panels,
    highlighted: "a2a-peers",
  };
  return toSvg(chart);
}
