import { oneLine } from "./format";

const LONGEST_NAME = 120;

// Whatever shows nothing and may order or hide what does: controls, formats, half characters, unassigned ones. The
// joiner stays: emoji are made with it.
const UNSEEN = /(?!\u200d)\p{C}/gu;

const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

// Quotes of all kinds, angle brackets of all kinds, and what compatibility forms of them become.
const QUOTES =
  /["'`´<>\p{Pi}\p{Pf}\u201a\u201e\u2329\u232a\u27e8\u27e9\u3008\u3009\ufe64\ufe65\u1fef\uff02\uff07\uff1c\uff1e\uff40]/gu;

/** One line of somebody else's text without what shows nothing and may order or hide what does. */
export function sanitizeLine(text: string): string {
  return oneLine(text, 1000).replace(UNSEEN, "").replace(/\s+/g, " ").trim();
}

/** A name somebody else chose, harmless in prompts, tags and logs; `""` when nothing visible is left. */
export function sanitizeName(name: string): string {
  const plain = sanitizeLine(sanitizeLine(name).replace(QUOTES, ""));
  return VISIBLE.test(plain) ? cut(plain) : "";
}

/** Whole characters: half of a surrogate pair is a character that many readers refuse. */
function cut(text: string): string {
  const characters = [...text];
  return characters.length > LONGEST_NAME ? characters.slice(0, LONGEST_NAME).join("").trim() : text;
}
