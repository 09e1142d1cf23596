import { invalidArgument } from "../errors";
import { errorMessage, quote } from "../text/format";
import { serializeJson } from "../text/serialize-json";
import type { MessagePart } from "./outgoing-message";
import type { SendOptions } from "./send-options";

/**
 * Parts and options as they are now, for a message that is sent later: what its author changes meanwhile is not sent.
 * Throws `invalid_argument` for what JSON cannot hold.
 */
export function copyMessage<Options extends SendOptions>(
  parts: readonly MessagePart[],
  options: Options,
): { parts: readonly MessagePart[]; options: Options } {
  const { metadata } = options;
  return {
    // Texts are copies already.
    parts: parts.every(({ kind }) => kind === "text") ? parts : copyJson(parts),
    options: metadata === undefined ? { ...options } : { ...options, metadata: copyJson(metadata) },
  };
}

function copyJson<T>(value: T): T {
  try {
    return JSON.parse(serializeJson(value));
  } catch (error) {
    throw invalidArgument(`The message cannot be written as JSON: ${quote(errorMessage(error))}.`);
  }
}
