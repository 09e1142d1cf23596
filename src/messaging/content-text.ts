import { toSingleLine } from "../text/sanitize";
import type { FilePart } from "./outcome";

/** What a peer wrote: text, files and data. */
export interface MessageContent {
  text: string;
  files: readonly FilePart[];
  data: readonly unknown[];
}

/** Length of one data part in characters. Longer JSON is cut off. */
const MAX_JSON_LENGTH = 20_000;

/** Content as text: the unchanged text, then a line of JSON for each data part and a line for each file. */
export function formatContent({ text, files, data }: MessageContent): string {
  const lines = [...data.map((value) => formatJson(value, MAX_JSON_LENGTH)), ...files.map(formatFile)];
  return (text === "" ? lines : [text, ...lines]).join("\n");
}

/** A value as JSON of at most `maxLength` characters. */
export function formatJson(value: unknown, maxLength: number): string {
  const json = JSON.stringify(value) ?? "";
  return json.length > maxLength ? `${json.slice(0, maxLength)}…` : json;
}

function formatFile({ name, uri, mimeType, bytes }: FilePart): string {
  const where = uri ?? (bytes === undefined ? "" : "inline");
  const facts = [mimeType, where].filter((fact) => fact !== undefined && fact !== "").join(", ");
  return `[file: ${toSingleLine(`${name ?? "unnamed"}${facts === "" ? "" : ` (${facts})`}`, 500)}]`;
}
