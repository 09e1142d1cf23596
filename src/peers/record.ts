import { isRecord } from "../text/json";
import { parsePeerId } from "../validation/peer-id";

/** A peer as the platform sent it; fields this version does not know pass through. All of it is untrusted text. */
export interface PeerRecord {
  id: string;
  name?: string;
  role?: string | null;
  /** `online`, `offline`, `paused` and others; an open set. */
  status?: string;
  /** Where the platform reaches the agent. Data only: messages always go through the platform. */
  url?: string;
  parent_id?: string | null;
  tier?: number;
  active_tasks?: number;
  agent_card?: unknown;
  [field: string]: unknown;
}

type Check = (value: unknown) => boolean;
const text: Check = (value) => typeof value === "string";
const textOrNull: Check = (value) => value === null || typeof value === "string";
const number: Check = (value) => typeof value === "number";

const KNOWN_FIELDS: readonly (readonly [string, Check])[] = [
  ["name", text],
  ["role", textOrNull],
  ["status", text],
  ["url", text],
  ["parent_id", textOrNull],
  ["tier", number],
  ["active_tasks", number],
];

/** The record in `value`, or `null` when it has no valid id. A known field of a wrong type is left out. */
export function readPeerRecord(value: unknown, knownId?: string): PeerRecord | null {
  if (!isRecord(value)) return null;
  const id = parsePeerId(value.id) ?? (value.id === undefined ? knownId : undefined);
  if (id === undefined) return null;
  const record: PeerRecord = { ...value, id };
  for (const [field, check] of KNOWN_FIELDS) {
    if (field in record && !check(record[field])) delete record[field];
  }
  return record;
}
