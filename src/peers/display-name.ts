import { oneLine } from "../text";
import type { PeerRecord } from "./record";

const LONGEST_NAME = 120;

/**
 * A peer's name as prompts, tags and logs can take it: no control or bidi characters, no quotes or angle brackets
 * that could end a tag or an attribute, one line, at most 120 characters. The id where no name is left.
 */
export function displayName(record: PeerRecord): string {
  const name = typeof record.name === "string" ? record.name : "";
  const plain = oneLine(name, 1000)
    .replace(/["'`<>«»“”„‟‘’‚‛‹›＂＇＜＞]/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return cut(plain) || record.id;
}

/** Whole characters: half of a surrogate pair is a character that many readers refuse. */
function cut(text: string): string {
  const characters = [...text];
  return characters.length > LONGEST_NAME ? characters.slice(0, LONGEST_NAME).join("").trim() : text;
}
