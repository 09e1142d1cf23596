import { describe, expect, it } from "vitest";
import { interleave } from "../../bench/interleave";
import { toSvg } from "../../bench/report/chart";
import { formatCell, toGoalTable } from "../../bench/report/format";
import { toMarkdown } from "../../bench/report/markdown";
import { toSendChart } from "../../bench/report/send-chart";
import { toText } from "../../bench/report/text";
import { atLeast, atMost } from "../../bench/section";
import { exponent, median } from "../../bench/statistics";

describe("the statistics of the benchmark", () => {
  it("takes the middle of values in any order, and leaves them in theirs", () => {
    const values = [9, 1, 5];
    expect([median(values), values]).toEqual([5, [9, 1, 5]]);
    expect(median([])).toBeNaN();
  });

  it.each([
    ["stays", () => 7, 0],
    ["is linear", (n: number) => 3 * n, 1],
    ["is quadratic", (n: number) => 0.1 * n * n, 2],
  ])("finds the exponent of a cost that %s", (_, cost, expected) => {
    const points = [10, 100, 1000].map((n) => [n, cost(n)] as const);
    expect(exponent(points)).toBeCloseTo(expected);
  });

  it("measures variants in turns, in an order that rotates, and leaves the first round out", async () => {
    const order: string[] = [];
    const turn = (name: string) => () => order.push(name);
    const turns = await interleave({ a: turn("a"), b: turn("b"), c: turn("c") }, 2);
    expect(order.join("")).toBe("abcbcacab");
    expect(turns).toEqual({ a: [6, 8], b: [4, 9], c: [5, 7] });
  });
});

describe("the tables of the benchmark", () => {
  const rows = [
    { client: "a|b", ratio: 2.345, "sends/s": 12_345.6 },
    { client: "c", ratio: 1, peak: 55.55 },
  ];

  it("prints numbers in three digits, and what is missing as a dash", () => {
    expect([0.123, 12.34, 1234.5, 3, Number.NaN].map(formatCell)).toEqual([
      "0.12",
      "12.3",
      "1,235",
      "3",
      "–",
    ]);
  });

  it("prints Markdown with numbers to the right, and a cell for each column", () => {
    expect(toMarkdown({ title: "T", rows, note: "N" }).split("\n")).toEqual([
      "### T",
      "",
      "| client | ratio | sends/s | peak |",
      "|---|---:|---:|---:|",
      "| a\\|b | 2.35 | 12,346 |  |",
      "| c | 1 |  | 55.6 |",
      "",
      "N",
      "",
    ]);
  });

  it("prints columns of equal width in a terminal", () => {
    const lines = toText({ title: "T", rows }).split("\n").slice(2);
    expect(lines[0]).toBe("  client  ratio  sends/s  peak");
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it("marks each goal as reached or not, by the digits that are printed", () => {
    const goals = [atLeast("speed", 0.896, 0.9), atLeast("speed", 0.89, 0.9), atMost("size", 17, 16, "kB")];
    expect(toGoalTable(goals).rows).toEqual([
      { what: "speed", measured: "0.90", goal: "at least 0.90", reached: "yes" },
      { what: "speed", measured: "0.89", goal: "at least 0.90", reached: "no" },
      { what: "size", measured: "17 kB", goal: "at most 16 kB", reached: "no" },
    ]);
  });
});

describe("the chart of the benchmark", () => {
  const panel = (title: string, ratio: number) => ({
    title,
    rows: [
      { client: "a2a-peers", "of fetch": ratio },
      { client: "<fetch> & co", "of fetch": 1 },
    ],
  });

  it("is well-formed SVG, with a bar for each client and number in flight, and both colour schemes", () => {
    const tables = [
      panel("200 B, 1 in flight", 2),
      panel("200 B, 16 in flight", 3.5),
      panel("1 MiB, 1 in flight", 9),
    ];
    const svg = toSendChart(tables, "Node") ?? "";
    expect(unbalancedTags(svg)).toEqual([]);
    expect(svg.match(/<rect /g)).toHaveLength(4);
    expect(svg).toContain("&lt;fetch&gt; &amp; co");
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).toContain(">3.5</text>");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("draws lengths in proportion, on one scale for all panels, within the picture", () => {
    const bars = (value: number) => [{ label: "a", value }];
    const panels = [1, 2, 4].map((value) => ({ title: String(value), bars: bars(value) }));
    const svg = toSvg({ title: "T", subtitle: "S", panels, highlighted: "a" });
    const rects = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
    const widths = rects.map(([, , width]) => Number(width));
    expect(widths.map((width) => width / (widths[0] ?? 0))).toEqual([
      1,
      expect.closeTo(2, 1),
      expect.closeTo(4, 1),
    ]);
    const ends = rects.map(([, x, width]) => Number(x) + Number(width));
    expect(Math.max(...ends)).toBeLessThan(880);
  });

  it("is not drawn without the sends", () => {
    expect(toSendChart([panel("A list of 10 peers", 1)], "Node")).toBeUndefined();
  });
});

/** Tags of an XML text that are not closed in order, and ampersands that begin no entity. */
function unbalancedTags(xml: string): string[] {
  const open: string[] = [];
  const wrong: string[] = xml.match(/&(?!amp;|lt;|gt;|quot;)/g) ?? [];
  for (const [, slash, name = "", selfClosed] of xml.matchAll(
    /<(\/?)([a-z]+)(?:\s[\w-]+="[^"<]*")*\s*(\/?)>/gi,
  )) {
    if (slash === "") selfClosed === "/" || open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}
