// Deeper than any answer of the platform; deep nesting parses, but a later JSON.stringify in the user's code would
// overflow the stack.
const DEEPEST = 256;

// A text this short cannot nest deeply enough to harm, so most answers are not scanned.
const HARMLESS_LENGTH = 2 * DEEPEST;

export type Parsed = { ok: true; value: unknown } | { ok: false; problem: string };

/** Strict JSON with a limit on nesting. A byte order mark is allowed; nothing throws. */
export function parseJson(text: string): Parsed {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (json.length > HARMLESS_LENGTH && nestsDeeperThan(json, DEEPEST)) {
    return { ok: false, problem: `nested more than ${DEEPEST} levels deep` };
  }
  try {
    return { ok: true, value: JSON.parse(json) };
  } catch (error) {
    return { ok: false, problem: json.trim() === "" ? "empty body" : reasonOf(error as Error) };
  }
}

/** The parser quotes a piece of the text, which is not ours to repeat: it may hold half of a secret. */
function reasonOf({ message }: Error): string {
  const [reason = ""] = message.split('"', 1);
  return reason.replace(/[\s,.]+$/, "") || "not JSON";
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

function nestsDeeperThan(json: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(json, at);
    } else if (OPENING.has(code)) {
      depth += 1;
      if (depth > limit) return true;
    } else if (CLOSING.has(code)) {
      depth -= 1;
    }
  }
  return false;
}

/** The place of the quote that ends the string begun at `start`. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end === -1 ? json.length : end;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
