import { isRecord, type JsonRecord } from "../../text/json";
import { versionOf } from "../rpc/methods";

/**
 * Gives the parts of a message in A2A 0.3 a `kind` where they have none: the platform's delegations write `type`, some
 * agents neither, and SDKs refuse both. Returns the request itself where nothing is missing.
 */
export function nameKinds(body: JsonRecord): JsonRecord {
  const { method, params } = body;
  if (typeof method !== "string" || versionOf(method) === "1.0") return body;
  if (!isRecord(params) || !isRecord(params.message)) return body;
  const { message } = params;
  if (!Array.isArray(message.parts) || message.parts.every(hasKind)) return body;
  return { ...body, params: { ...params, message: { ...message, parts: message.parts.map(nameKind) } } };
}

const hasKind = (part: unknown): boolean => !isRecord(part) || part.kind !== undefined;

function nameKind(part: unknown): unknown {
  if (!isRecord(part) || part.kind !== undefined) return part;
  const { type, ...rest } = part;
  const kind = typeof type === "string" ? type : kindOf(part);
  return kind === undefined ? part : { kind, ...rest };
}

const kindOf = (part: JsonRecord): string | undefined =>
  ["text", "file", "data"].find((member) => part[member] !== undefined);
