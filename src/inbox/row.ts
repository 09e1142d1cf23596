import { isRecord, type JsonRecord, parseJson } from "../text/json";
import { parsePeerId } from "../validation/peer-id";
import { isText, type MessageContent, metadataOf, readContent } from "./message-content";
import type { Place } from "./place";

/** An inbound message as one row of the platform's activity log holds it. */
export interface InboundMessage extends Place, MessageContent {
  /** `null` for the human behind the workspace. */
  readonly senderId: string | null;
  /** The whole row, as the platform sent it. */
  readonly raw: unknown;
}

/** Why a row is no message for the agent. */
export type SkipReason = "own-notification" | "failed-push" | "results-announcement" | "not-a-message";

export type ParsedRow =
  | { kind: "message"; message: InboundMessage }
  | { kind: "skipped"; id: string; createdAtUs: number; reason: SkipReason }
  /** Without a valid id or time a row cannot be told apart from others, nor be read again. */
  | { kind: "malformed" };

const MESSAGE_METHODS: ReadonlySet<unknown> = new Set([
  "message/send",
  "message/stream",
  "SendMessage",
  "",
  null,
]);

/** Reads one row of the activity log of `workspaceId`. Total: every value is a message, skipped or malformed. */
export function parseRow(row: unknown, workspaceId: string): ParsedRow {
  if (!isRecord(row)) return { kind: "malformed" };
  const place = parsePlace(row);
  if (place === undefined) return { kind: "malformed" };
  const { id, createdAtUs } = place;
  const body = readBody(row.request_body);
  const message = findMessage(body);
  const reason = skipReason(row, message, workspaceId);
  if (reason !== undefined) return { kind: "skipped", id, createdAtUs, reason };
  return { kind: "message", message: toMessage(id, createdAtUs, row, body, message) };
}

/** Id and time of a row; `undefined` for one that cannot be told apart from others, nor be read again. */
export function parsePlace(row: unknown): Place | undefined {
  if (!isRecord(row)) return undefined;
  const id = parsePeerId(row.id);
  const createdAtUs = parseMicroseconds(row.created_at);
  return id === null || createdAtUs === undefined ? undefined : { id, createdAtUs };
}

function skipReason(row: JsonRecord, message: JsonRecord, workspaceId: string): SkipReason | undefined {
  const fromHuman = !isText(row.source_id);
  if (row.activity_type !== undefined && row.activity_type !== "a2a_receive") return "not-a-message";
  // The platform writes what the agent shows its human into the same log, as if the human had said it.
  if (row.method === "notify") return fromHuman ? "own-notification" : "not-a-message";
  if (row.status === "error") return "failed-push";
  const isOwn = parsePeerId(row.source_id) === workspaceId;
  if (isOwn && metadataOf(message).kind === "delegation_results") return "results-announcement";
  return MESSAGE_METHODS.has(row.method ?? null) ? undefined : "not-a-message";
}

function toMessage(
  id: string,
  createdAtUs: number,
  row: JsonRecord,
  body: JsonRecord,
  message: JsonRecord,
): InboundMessage {
  const content = readContent(message);
  const { text, files, data } = content;
  const hasContent = message.parts !== undefined && (text !== "" || files.length > 0 || data.length > 0);
  return {
    ...content,
    id,
    senderId: parsePeerId(row.source_id),
    createdAtUs,
    text: hasContent ? text : fallbackText(row, body),
    raw: row,
  };
}

/** Some writers of older versions store the request as JSON text. */
function readBody(value: unknown): JsonRecord {
  if (typeof value !== "string") return isRecord(value) ? value : {};
  const parsed = parseJson(value);
  return parsed.ok && isRecord(parsed.value) ? parsed.value : { text: value };
}

/** `params.message`, else `params` or the body itself where they hold parts. */
function findMessage(body: JsonRecord): JsonRecord {
  const params = isRecord(body.params) ? body.params : {};
  if (isRecord(params.message)) return params.message;
  return Array.isArray(params.parts) ? params : body;
}

/** Rows that agents reported themselves hold a task; of anything else the platform's summary is all there is. */
function fallbackText(row: JsonRecord, body: JsonRecord): string {
  for (const text of [body.task, body.text, row.summary]) if (isText(text)) return text;
  return "(no text)";
}

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** A timestamp in whole microseconds, which a `Date` would cut to milliseconds. */
function parseMicroseconds(value: unknown): number | undefined {
  const [, seconds, fraction = "", zone] = (typeof value === "string" && RFC_3339.exec(value)) || [];
  const ms = Date.parse(`${seconds}${zone}`);
  return Number.isNaN(ms) ? undefined : ms * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}
