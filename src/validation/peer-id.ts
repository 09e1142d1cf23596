import { invalidArgument } from "../errors";
import { quote } from "../text/format";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

// A UUID has 36 characters; the rest is for white space around it. Longer input is rejected unread.
const MAX_PADDED_LENGTH = 256;

/**
 * Parses a peer or workspace id: a UUID in 8-4-4-4-12 form, upper or lower case, with or without white space around
 * it. Returns it trimmed and in lower case, or `null` for anything else.
 *
 * Only ids that were parsed here become part of a URL.
 */
export function parsePeerId(value: unknown): string | null {
  if (typeof value !== "string" || value.length > MAX_PADDED_LENGTH) return null;
  if (UUID.test(value)) return value;
  const id = value.trim().toLowerCase();
  return UUID.test(id) ? id : null;
}

/**
 * Returns a peer id trimmed and in lower case. Throws `invalid_argument` for anything else; `suggest` may turn a text,
 * such as a name, into a sentence about the peers it could mean.
 */
export function checkPeerId(value: unknown, suggest?: (text: string) => string | undefined): string {
  const id = parsePeerId(value);
  if (id !== null) return id;
  const detail = `invalid peer_id (expected UUID): ${quote(value)}`;
  const suggestion = typeof value === "string" ? suggest?.(value) : undefined;
  throw invalidArgument(`${detail}. ${suggestion ?? "Use the id of a peer from the peer list."}`, detail);
}
