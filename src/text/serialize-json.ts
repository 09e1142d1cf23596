/**
 * `JSON.stringify`, with U+FFFD in the place of each NUL and each lone surrogate, in keys too. The platform's database
 * refuses both: what holds one is not stored, and the request fails or leaves no trace. Throws as `JSON.stringify`.
 */
export function serializeJson(value: unknown): string {
  const json = JSON.stringify(value);
  // Both are written as escapes, so most texts need no second look.
  return json?.includes("\\u") ? json.replace(ESCAPE, cleanEscape) : json;
}

// Every escape is matched, so that the second half of an escaped backslash begins none.
const ESCAPE = /\\(?:u[0-9a-f]{4}|.)/g;

const UNSTORABLE = /^\\u(?:0000|d[89a-f])/;

const cleanEscape = (sequence: string): string => (UNSTORABLE.test(sequence) ? "\ufffd" : sequence);
