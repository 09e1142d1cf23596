import { isRecord, type JsonRecord } from "../text/json";
import type { FilePart } from "./outcome";

/** The content of message parts, by kind. */
export interface Content {
  texts: string[];
  files: FilePart[];
  data: unknown[];
  /** True when there was at least one part, of any shape. */
  anyPart: boolean;
}

export const createContent = (): Content => ({ texts: [], files: [], data: [], anyPart: false });

/**
 * Adds the content of `parts` to `content`. A part has its kind in `kind` (A2A 0.2 and 0.3), in `type` (earlier) or
 * only in its members (1.0); old serializers wrap it in a `root`. Parts of any other shape are ignored.
 */
export function collectParts(parts: unknown, content: Content): void {
  if (!Array.isArray(parts)) return;
  for (const part of parts) {
    if (!isRecord(part)) continue;
    content.anyPart = true;
    collectPart(isRecord(part.root) ? part.root : part, content);
  }
}

function collectPart(part: JsonRecord, content: Content): void {
  const kind = part.kind ?? part.type;
  if (typeof part.text === "string" && (kind === undefined || kind === "text")) {
    addText(part.text, content);
    return;
  }
  const file = parseFile(part);
  if (file !== undefined) content.files.push(file);
  else if (Object.hasOwn(part, "data")) content.data.push(part.data);
}

/** Adds text, unless it repeats the text before it: some peers send the summary of a task as its first artifact too. */
export function addText(text: string, content: Content): void {
  if (text !== "" && text !== content.texts.at(-1)) content.texts.push(text);
}

function parseFile(part: JsonRecord): FilePart | undefined {
  const nested = isRecord(part.file) ? part.file : part;
  const uri = string(nested.uri) ?? string(nested.url);
  const bytes = string(nested.bytes) ?? string(nested.raw);
  if (uri === undefined && bytes === undefined && nested === part) return undefined;
  const file: FilePart = {};
  const name = string(nested.name) ?? string(nested.filename);
  const mimeType = string(nested.mimeType) ?? string(nested.mediaType);
  if (uri !== undefined) file.uri = uri;
  if (bytes !== undefined) file.bytes = bytes;
  if (name !== undefined) file.name = name;
  if (mimeType !== undefined) file.mimeType = mimeType;
  if (typeof nested.size === "number") file.size = nested.size;
  return file;
}

const string = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
