import type { Check } from "./check";
import { HINTS } from "./hints";
import type { Result, Verdict } from "./runner";

const VERDICTS: readonly Verdict[] = ["pass", "fail", "allowed", "skipped"];

/** The results by topic, each with its note below or beside it, and the sum. */
export function tableOf(results: readonly Result[]): string {
  const width = widthOf(results.map(({ check }) => check));
  const lines = results.map(({ check, verdict, note }) => {
    const line = `  ${verdict.padEnd(8)} ${check.id.padEnd(width)}  ${check.title}`;
    if (note === "") return { check, line };
    return { check, line: verdict === "skipped" ? `${line} (${note})` : `${line}\n    ${note}` };
  });
  const counts = countsOf(results);
  const sum = VERDICTS.map((verdict) => `${counts[verdict]} ${verdict}`).join(", ");
  return `${grouped(lines)}\n${results.length} checks: ${sum}\n`;
}

/** Every check with what it needs, which version has it, and why a platform may fail it. */
export function listOf(checks: readonly Check[]): string {
  const width = widthOf(checks);
  const lines = checks.map((check) => {
    const { id, title, only, needs, mayFail } = check;
    const notes = [
      only === undefined ? [] : [`only ${only}`],
      needs.length === 0 ? [] : [`needs ${needs.map((need) => HINTS[need]).join(" and ")}`],
      mayFail === undefined ? [] : [`may fail: ${mayFail}`],
    ].flat();
    const line = `  ${id.padEnd(width)}  ${title}`;
    return { check, line: [line, ...notes].join("\n    ") };
  });
  return `${grouped(lines)}\n${checks.length} checks\n`;
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

function grouped(lines: readonly { check: Check; line: string }[]): string {
  let topic = "";
  let text = "";
  for (const { check, line } of lines) {
    if (topicOf(check) !== topic) {
      topic = topicOf(check);
      text += `${text === "" ? "" : "\n"}${topic}\n`;
    }
    text += `${line}\n`;
  }
  return text;
}
