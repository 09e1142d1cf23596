import type { Check } from "./check";
import { HINTS } from "./hints";
import type { Result, Verdict } from "./runner";

const VERDICTS: readonly Verdict[] = ["pass", "fail", "allowed", "skipped"];

/** The results by topic, each with its note below; what was skipped in one line for each reason. And the sum. */
export function tableOf(results: readonly Result[]): string {
  const width = widthOf(results.map(({ check }) => check));
  const topics = [...new Set(results.map(({ check }) => topicOf(check)))];
  const parts = topics.map((topic) => {
    const own = results.filter(({ check }) => topicOf(check) === topic);
    const seen = own.filter(({ verdict }) => verdict !== "skipped").map((result) => lineOf(result, width));
    return section(topic, [...seen, ...skippedIn(own)]);
  });
  const counts = countsOf(results);
  const sum = VERDICTS.map((verdict) => `${counts[verdict]} ${verdict}`).join(", ");
  const failed = results.filter(({ verdict }) => verdict === "fail").map(({ check }) => check.id);
  const last = failed.length === 0 ? "" : `failed: ${failed.join(", ")}\n`;
  return `${parts.join("\n")}\n${results.length} checks: ${sum}\n${last}`;
}

function lineOf({ check, verdict, note }: Result, width: number): string {
  const line = `  ${verdict.padEnd(8)} ${check.id.padEnd(width)}  ${check.title}`;
  return note === "" ? line : `${line}\n    ${note}`;
}

function skippedIn(results: readonly Result[]): string[] {
  const counts = new Map<string, number>();
  for (const { verdict, note } of results) {
    if (verdict === "skipped") counts.set(note, (counts.get(note) ?? 0) + 1);
  }
  return [...counts].map(([note, count]) => `  skipped  ${count} check${count === 1 ? "" : "s"}: ${note}`);
}

/** Every check with what it needs, which version has it, and why a platform may fail it. */
export function listOf(checks: readonly Check[]): string {
  const width = widthOf(checks);
  const topics = [...new Set(checks.map(topicOf))];
  const parts = topics.map((topic) => {
    const own = checks.filter((check) => topicOf(check) === topic);
    return section(
      topic,
      own.map((check) => entryOf(check, width)),
    );
  });
  return `${parts.join("\n")}\n${checks.length} checks\n`;
}

function entryOf(check: Check, width: number): string {
  const { id, title, only, mayFail } = check;
  const needs = needsOf(check);
  const notes = [
    only === undefined ? [] : [`only ${only}`],
    needs.length === 0 ? [] : [`needs ${needs.join(" and ")}`],
    mayFail === undefined ? [] : [`may fail: ${mayFail}`],
  ].flat();
  return [`  ${id.padEnd(width)}  ${title}`, ...notes].join("\n    ");
}

/** What has to be given for a check. */
export function needsOf({ needs }: Check): string[] {
  return needs.map((need) => HINTS[need]);
}

export function countsOf(results: readonly Result[]): Record<Verdict, number> {
  const counts = { pass: 0, fail: 0, allowed: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

export function topicOf({ id }: Check): string {
  return id.slice(0, id.indexOf("."));
}

function widthOf(checks: readonly Check[]): number {
  return Math.max(0, ...checks.map(({ id }) => id.length));
}

function section(topic: string, lines: readonly string[]): string {
  return `${topic}\n${lines.join("\n")}\n`;
}
