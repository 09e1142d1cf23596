import type { MessageContent } from "./message-content";

type Fingerprinted = Pick<MessageContent, "messageId" | "text" | "data" | "files"> & {
  readonly senderId: string | null;
};

/**
 * Tells a message that was sent again from one that is new: its sender, id and content. The id alone does not do, as
 * there are agents that give the same to every message. `undefined` for a message without an id.
 */
export function fingerprint({ senderId, messageId, text, data, files }: Fingerprinted): string | undefined {
  if (messageId === undefined) return undefined;
  return `${senderId ?? "human"} ${messageId} ${hash(JSON.stringify([text, data, files]))}`;
}

/** FNV-1a of 32 bits, as hexadecimal digits. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return (value >>> 0).toString(16);
}
