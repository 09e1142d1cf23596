import { invalidArgument } from "../errors";
import { quote } from "../text/format";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

// A UUID has 36 characters; longer input is only read this far, so that a megabyte costs nothing.
const LONGEST_PADDED_ID = 256;

/**
 * Reads a peer or workspace id: a UUID in 8-4-4-4-12 form, upper or lower case, with or without white space
 * around it. Answers it trimmed and in lower case, or `null` for anything else.
 *
 * Only what passes here ever becomes part of a URL.
 */
export function parsePeerId(value: unknown): string | null {
  if (typeof value !== "string" || value.length > LONGEST_PADDED_ID) return null;
  const id = value.trim().toLowerCase();
  return UUID.test(id) ? id : null;
}

/** The normal form of a peer id. Throws `invalid_argument` for what is none. */
export function checkPeerId(value: unknown): string {
  const id = parsePeerId(value);
  if (id !== null) return id;
  const detail = `invalid peer_id (expected UUID): ${quote(value)}`;
  throw invalidArgument(`${detail}. Use the id of a peer from the peer list.`, detail);
}
