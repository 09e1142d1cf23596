import type { Check } from "./check";
import { REQUIRED_OPTIONS } from "./required-options";
import type { Result, Verdict } from "./runner";

const VERDICTS: readonly Verdict[] = ["pass", "fail", "allowed", "skipped"];

/** The results by topic, each with its note below it; skipped checks as one line for each reason; and the totals. */
export function formatResults(results: readonly Result[]): string {
  const width = getIdWidth(results.map(({ check }) => check));
  const topics = [...new Set(results.map(({ check }) => getTopic(check)))];
  const parts = topics.map((topic) => {
    const own = results.filter(({ check }) => getTopic(check) === topic);
    const observed = own
      .filter(({ verdict }) => verdict !== "skipped")
      .map((result) => formatResult(result, width));
    return formatSection(topic, [...observed, ...formatSkipped(own)]);
  });
  const counts = countVerdicts(results);
  const sum = VERDICTS.map((verdict) => `${counts[verdict]} ${verdict}`).join(", ");
  const failed = results.filter(({ verdict }) => verdict === "fail").map(({ check }) => check.id);
  const last = failed.length === 0 ? "" : `failed: ${failed.join(", ")}\n`;
  return `${parts.join("\n")}\n${results.length} checks: ${sum}\n${last}`;
}

function formatResult({ check, verdict, note }: Result, width: number): string {
  const line = `  ${verdict.padEnd(8)} ${check.id.padEnd(width)}  ${check.title}`;
  return note === "" ? line : `${line}\n    ${note}`;
}

function formatSkipped(results: readonly Result[]): string[] {
  const counts = new Map<string, number>();
  for (const { verdict, note } of results) {
    if (verdict === "skipped") counts.set(note, (counts.get(note) ?? 0) + 1);
  }
  return [...counts].map(([note, count]) => `  skipped  ${count} check${count === 1 ? "" : "s"}: ${note}`);
}

/** Every check with the options it needs, its version, and why a platform may deviate. */
export function formatChecks(checks: readonly Check[]): string {
  const width = getIdWidth(checks);
  const topics = [...new Set(checks.map(getTopic))];
  const parts = topics.map((topic) => {
    const own = checks.filter((check) => getTopic(check) === topic);
    return formatSection(
      topic,
      own.map((check) => formatCheck(check, width)),
    );
  });
  return `${parts.join("\n")}\n${checks.length} checks\n`;
}

function formatCheck(check: Check, width: number): string {
  const { id, title, only, mayFail } = check;
  const needs = getRequiredOptions(check);
  const notes = [
    only === undefined ? [] : [`only ${only}`],
    needs.length === 0 ? [] : [`needs ${needs.join(" and ")}`],
    mayFail === undefined ? [] : [`may fail: ${mayFail}`],
  ].flat();
  return [`  ${id.padEnd(width)}  ${title}`, ...notes].join("\n    ");
}

/** The command-line options that a check needs. */
export function getRequiredOptions({ needs }: Check): string[] {
  return needs.map((need) => REQUIRED_OPTIONS[need]);
}

export function countVerdicts(results: readonly Result[]): Record<Verdict, number> {
  const counts = { pass: 0, fail: 0, allowed: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

export function getTopic({ id }: Check): string {
  return id.slice(0, id.indexOf("."));
}

function getIdWidth(checks: readonly Check[]): number {
  return Math.max(0, ...checks.map(({ id }) => id.length));
}

function formatSection(topic: string, lines: readonly string[]): string {
  return `${topic}\n${lines.join("\n")}\n`;
}
