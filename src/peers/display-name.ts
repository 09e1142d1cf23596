import { sanitizeName } from "../text/sanitize";
import type { PeerRecord } from "./record";

/**
 * A peer's name as prompts, tags and logs can take it: no control or bidi characters, no quotes or angle brackets
 * that could end a tag or an attribute, one line, at most 120 characters. The id where no name is left.
 */
export function displayName(record: PeerRecord): string {
  return sanitizeName(typeof record.name === "string" ? record.name : "") || record.id;
}
