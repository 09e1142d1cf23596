import { isRecord, type JsonRecord } from "../text/json";
import { firstString } from "./members";
import type { FilePart } from "./outcome";

/** What messages and artifacts hold beside text. */
export interface Attachments {
  files: FilePart[];
  data: unknown[];
  /** True when there was at least one part, of any shape. */
  anyPart: boolean;
}

export const createAttachments = (): Attachments => ({ files: [], data: [], anyPart: false });

/**
 * The texts of a message or an artifact, part by part; its files and data are added to `attachments`. Some agents
 * write `content` in place of `parts`: parts, text, or an object, which is data.
 */
export function collectContent(holder: JsonRecord, attachments: Attachments): string[] {
  const { parts, content } = holder;
  if (Array.isArray(parts)) return collectParts(parts, attachments);
  if (Array.isArray(content)) return collectParts(content, attachments);
  if (parts !== undefined && parts !== null) return [];
  if (typeof content === "string") {
    attachments.anyPart = true;
    return [content];
  }
  if (isRecord(content)) {
    attachments.anyPart = true;
    if (PART_KINDS.has(content.kind ?? content.type)) return collectPart(content, attachments);
    attachments.data.push(content);
  }
  return [];
}

const PART_KINDS: ReadonlySet<unknown> = new Set(["text", "file", "data"]);

/** Old serializers wrap each part in a `root`. */
function collectParts(parts: readonly unknown[], attachments: Attachments): string[] {
  return parts.filter(isRecord).flatMap((part) => {
    attachments.anyPart = true;
    return isReasoning(part) ? [] : collectPart(isRecord(part.root) ? part.root : part, attachments);
  });
}

/** Agents on Google's ADK send the model's reasoning as ordinary parts with this mark: it is no answer. */
function isReasoning(part: JsonRecord): boolean {
  return [part, part.root].some(
    (holder) => isRecord(holder) && isRecord(holder.metadata) && holder.metadata.adk_thought === true,
  );
}

/**
 * A part has its kind in `kind` (A2A 0.2 and 0.3), in `type` (earlier) or only in its members (1.0). Parts of any
 * other shape are ignored.
 */
function collectPart(part: JsonRecord, attachments: Attachments): string[] {
  const kind = part.kind ?? part.type;
  if (typeof part.text === "string" && (kind === undefined || kind === "text")) return [part.text];
  const file = parseFile(part);
  if (file !== undefined) attachments.files.push(file);
  else if (Object.hasOwn(part, "data")) attachments.data.push(part.data);
  return [];
}

function parseFile(part: JsonRecord): FilePart | undefined {
  const nested = isRecord(part.file) ? part.file : part;
  const uri = firstString(nested, "uri", "url", "fileWithUri", "file_with_uri");
  const bytes = firstString(nested, "bytes", "raw", "fileWithBytes", "file_with_bytes");
  if (uri === undefined && bytes === undefined && nested === part) return undefined;
  const file: FilePart = {};
  const name = firstString(nested, "name", "filename");
  const mimeType = firstString(nested, "mimeType", "mediaType", "mime_type", "media_type");
  if (uri !== undefined) file.uri = uri;
  if (bytes !== undefined) file.bytes = bytes;
  if (name !== undefined) file.name = name;
  if (mimeType !== undefined) file.mimeType = mimeType;
  if (typeof nested.size === "number") file.size = nested.size;
  return file;
}
