// C0 and C1 controls, bidi overrides and isolates, line and paragraph separators: they hide or reorder text in
// logs, terminals and prompts.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]+/g;

// Controls, formats, lone surrogates and unassigned code points: invisible, and able to reorder or hide what is
// visible. The zero-width joiner is kept because emoji are composed with it.
const INVISIBLE = /(?!\u200d)\p{C}/gu;

const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

// All kinds of quotes and angle brackets, and the characters whose compatibility forms become one.
const QUOTES =
  /["'`´<>\p{Pi}\p{Pf}\u201a\u201e\u2329\u232a\u27e8\u27e9\u3008\u3009\ufe64\ufe65\u1fef\uff02\uff07\uff1c\uff1e\uff40]/gu;

const MAX_NAME_LENGTH = 120;

/** Untrusted text as a single line for an error message: no control characters, at most `limit` characters. */
export function toSingleLine(text: string, limit = 4096): string {
  // Cut first, so that the cost does not grow with the text.
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut.replace(CONTROL_CHARACTERS, " ").trim();
}

/** Untrusted text as a single line of at most 1,000 characters, without invisible characters. */
export function sanitizeLine(text: string): string {
  return toSingleLine(text, 1000).replace(INVISIBLE, "").replace(/\s+/g, " ").trim();
}

/**
 * An untrusted name, safe in prompts, tags and logs: a single line of at most 120 characters without quotes and
 * brackets. Returns `""` when nothing visible is left.
 */
export function sanitizeName(name: string): string {
  const plain = sanitizeLine(sanitizeLine(name).replace(QUOTES, ""));
  return VISIBLE.test(plain) ? truncate(plain) : "";
}

/** Cuts between code points: many parsers refuse half of a surrogate pair. */
function truncate(text: string): string {
  const codePoints = [...text];
  return codePoints.length > MAX_NAME_LENGTH ? codePoints.slice(0, MAX_NAME_LENGTH).join("").trim() : text;
}
