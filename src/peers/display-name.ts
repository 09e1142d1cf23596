import { sanitizeName } from "../text/sanitize";
import type { PeerRecord } from "./record";

/**
 * The name of a peer for prompts, tags and logs: one line of at most 120 characters, without control and bidi
 * characters, and without quotes and angle brackets, which could end an attribute or a tag. The id when none is left.
 */
export function displayName(record: PeerRecord): string {
  return sanitizeName(typeof record.name === "string" ? record.name : "") || record.id;
}
