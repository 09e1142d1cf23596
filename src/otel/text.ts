/** Characters of a text that is recorded. */
const MAX_LENGTH = 4096;

/** The beginning of a text, as an attribute takes it. */
export const cutText = (text: string): string =>
  text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;

/** The text of a message that is sent, of its text parts where it has parts. */
export function textOf(message: unknown): string {
  if (typeof message === "string") return message;
  const { text, parts } = (message ?? {}) as { text?: unknown; parts?: unknown };
  const pieces: unknown[] = Array.isArray(parts) ? parts.map((part) => part?.text) : [];
  return [text, ...pieces].filter((piece) => typeof piece === "string").join("\n");
}
