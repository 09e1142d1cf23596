/** Far above any budget; it only keeps absurd numbers out of messages. */
const MAX_HINT_MS = 366 * 24 * 3_600_000;

const fromSeconds = (seconds: number): number => Math.min(Math.ceil(seconds * 1000), MAX_HINT_MS);

const SECONDS = /^\d{1,15}(\.\d{1,6})?$/;

// The three formats of an HTTP date. Date.parse alone also accepts "1.5.", "-3" and other invalid input.
const HTTP_DATE =
  /^[A-Z][a-z]{2,8},? [ \d]\d[- ][A-Z][a-z]{2}[- ]\d{2,4} \d{2}:\d{2}:\d{2} GMT$|^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** Parses an HTTP date as milliseconds since 1970; `undefined` for anything else. */
export function parseHttpDate(value: string | undefined): number | undefined {
  const text = value?.trim() ?? "";
  if (!HTTP_DATE.test(text)) return undefined;
  // One of the formats has no zone; all of them are in UTC.
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : at;
}

/**
 * Parses a `Retry-After` header (seconds or an HTTP date) as milliseconds from now; `undefined` for anything else,
 * negative numbers included. At most 366 days. `answeredAtMs` is the time of the answer on the clock of its sender,
 * which may differ from the one of this machine.
 */
export function retryAfterHeaderMs(value: string | undefined, answeredAtMs = Date.now()): number | undefined {
  const text = value?.trim() ?? "";
  if (SECONDS.test(text)) return fromSeconds(Number(text));
  const at = parseHttpDate(text);
  return at === undefined ? undefined : Math.min(Math.max(0, at - answeredAtMs), MAX_HINT_MS);
}

/** Parses the `retry_after` of a body, seconds as a number or as text, as milliseconds; `undefined` for anything else. */
export function retryAfterBodyMs(value: unknown): number | undefined {
  if (typeof value === "string") return SECONDS.test(value) ? fromSeconds(Number(value)) : undefined;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return undefined;
  return fromSeconds(value);
}
