// C0 and C1 controls, bidi overrides and isolates, line and paragraph separators: they hide or reorder text in
// logs, terminals and prompts.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]+/g;

/** One line of text from outside, fit for an error message: no control characters, at most `limit` characters. */
export function oneLine(text: string, limit = 4096): string {
  // Cut first: cleaning a megabyte to keep a line of it is work for nothing.
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut.replace(CONTROLS, " ").trim();
}

/** What went wrong, on one line for people; `secret` is not in it. */
export function errorMessage(error: unknown, secret = ""): string {
  const message = error instanceof Error ? error.message : String(error);
  // Before it is cut, which might leave half of a secret.
  return oneLine(secret === "" ? message : message.replaceAll(secret, "[redacted]"), 500);
}

/** A caller's value as an error message shows it: quoted and cut, and never the content of an object. */
export function quote(value: unknown): string {
  if (typeof value === "string") return `'${oneLine(value, 200)}'`;
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  if (typeof value === "bigint") return oneLine(`${value}n`, 40);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

/** A duration for people: `850 ms`, `12.4 s`, `5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return `${Number((ms / 60_000).toFixed(1))} min`;
}
