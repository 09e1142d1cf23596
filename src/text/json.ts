// Far above what the platform sends. JSON.parse accepts deeper nesting, but JSON.stringify in the user's code would
// overflow the stack.
const MAX_DEPTH = 256;

// Shorter texts cannot exceed the depth, so most responses are not scanned.
const MIN_SCANNED_LENGTH = 2 * MAX_DEPTH;

/** The parsed value, or what is wrong with the text. */
export type Parsed = { ok: true; value: unknown } | { ok: false; problem: string };

/** Parses strict JSON of at most 256 levels. A byte order mark is allowed. Never throws. */
export function parseJson(text: string): Parsed {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (json.length > MIN_SCANNED_LENGTH && nestsDeeperThan(json, MAX_DEPTH)) {
    return { ok: false, problem: `nested more than ${MAX_DEPTH} levels deep` };
  }
  try {
    return { ok: true, value: JSON.parse(json) };
  } catch (error) {
    return { ok: false, problem: json.trim() === "" ? "empty body" : syntaxProblem(error as Error) };
  }
}

/** The parser's message without its excerpt of the text, which may contain part of a secret. */
function syntaxProblem({ message }: Error): string {
  const [reason = ""] = message.split('"', 1);
  return reason.replace(/[\s,.]+$/, "") || "not JSON";
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// The brackets and the braces differ in one bit.
const BRACE_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

// Most strings are short: a search for their ends costs more than a look at each character.
const SHORT_LENGTH = 32;

function nestsDeeperThan(json: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(json, at);
    } else if ((code | BRACE_BIT) === OPENING) {
      depth += 1;
      if (depth > limit) return true;
    } else if ((code | BRACE_BIT) === CLOSING) {
      depth -= 1;
    }
  }
  return false;
}

/** Index of the quote that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at <= start + SHORT_LENGTH; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) break;
  }
  let end = json.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end === -1 ? json.length : end;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

/** A JSON object. */
export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
