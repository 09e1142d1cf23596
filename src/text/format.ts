import { toSingleLine } from "./sanitize";

/** The message of an error, or of anything else that was thrown, on a single line of at most 500 characters, with `secret` redacted. */
export function errorMessage(error: unknown, secret = ""): string {
  const message = messageOf(error);
  // Redacted before the cut, which might leave half of a secret.
  return toSingleLine(secret === "" ? message : message.replaceAll(secret, "[redacted]"), 500);
}

/** Anything can be thrown, also what cannot be written as text. */
function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return "something that cannot be written as text";
  }
}

/** A value of the caller for an error message: text quoted and cut, objects by their type and never their content. */
export function quote(value: unknown): string {
  if (typeof value === "string") return `'${toSingleLine(value, 200)}'`;
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  if (typeof value === "bigint") return toSingleLine(`${value}n`, 40);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

/** True for text in quotation marks, as some programs read it from an env file. */
export const isQuoted = (text: string): boolean => /^(["'`]).*\1$/s.test(text) && text.length > 1;

/** Formats a duration in milliseconds: `850 ms`, `12.4 s`, `5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return `${Number((ms / 60_000).toFixed(1))} min`;
}
