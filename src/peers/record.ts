import { isRecord } from "../text/json";
import { parsePeerId } from "../validation/peer-id";

/** A peer as the platform sent it, unknown fields included. The values are untrusted. */
export interface PeerRecord {
  /** UUID of the workspace, in lower case. */
  id: string;
  /** Name, written by the peer: see `displayName`. */
  name?: string;
  /** What the peer is for, written by its operator or itself. */
  role?: string | null;
  /** `online`, `offline`, `paused` and others; an open set. */
  status?: string;
  /** URL at which the platform reaches the agent. Informative: the client sends through the platform only. */
  url?: string;
  /** UUID of the workspace above it; `null` for a root. */
  parent_id?: string | null;
  /** The platform's class of the workspace. */
  tier?: number;
  /** Tasks that it reported with its last beat. */
  active_tasks?: number;
  /** The card that the peer has registered, unchecked. */
  agent_card?: unknown;
  [field: string]: unknown;
}

type TypeCheck = (value: unknown) => boolean;
const text: TypeCheck = (value) => typeof value === "string";
const textOrNull: TypeCheck = (value) => value === null || typeof value === "string";
const number: TypeCheck = (value) => typeof value === "number";

const KNOWN_FIELDS: readonly (readonly [string, TypeCheck])[] = [
  ["name", text],
  ["role", textOrNull],
  ["status", text],
  ["url", text],
  ["parent_id", textOrNull],
  ["tier", number],
  ["active_tasks", number],
];

/**
 * Parses a record from a JSON value, which becomes the record; `null` without a valid id. `requestedId` stands in for an
 * id that is absent. Known fields of a wrong type are removed.
 */
export function parsePeerRecord(value: unknown, requestedId?: string): PeerRecord | null {
  if (!isRecord(value)) return null;
  const id = parsePeerId(value.id) ?? (value.id === undefined ? requestedId : undefined);
  if (id === undefined) return null;
  if (value.id !== id) value.id = id;
  for (const [field, check] of KNOWN_FIELDS) {
    const known = value[field];
    if (known !== undefined && !check(known)) delete value[field];
  }
  return value as PeerRecord;
}
