import type { AppendFile } from "../storage/append-file";
import { isRecord, parseJson } from "../text/json";
import { parsePeerId } from "../validation/peer-id";
import { type InboundMessage, parseRow } from "./row";

/** A message that was set aside: one line of a file a person can read. */
export interface DeadLetter {
  readonly message: InboundMessage;
  readonly attempts: number;
}

/** Messages that failed too often, in a file of one JSON object per line. One change at a time. */
export interface DeadLetters {
  /** Throws when the file cannot be written. */
  add(message: InboundMessage, attempts: number, reason: string): Promise<void>;
  /** Each message once, oldest first. */
  list(): Promise<readonly DeadLetter[]>;
  remove(id: string): Promise<void>;
}

export function createDeadLetters(file: AppendFile, workspaceId: string): DeadLetters {
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  }
  return {
    add: (message, attempts, reason) =>
      inTurn(() =>
        file.append(
          JSON.stringify({
            id: message.id,
            from: message.senderId ?? "human",
            text: message.text,
            received_at: new Date(message.createdAtUs / 1000).toISOString(),
            attempts,
            reason,
            row: message.raw,
          }),
        ),
      ),
    list: () =>
      inTurn(async () => {
        const letters = new Map<string, DeadLetter>();
        for (const line of await file.read()) {
          const letter = parseDeadLetter(line, workspaceId);
          if (letter !== undefined) letters.set(letter.message.id, letter);
        }
        return [...letters.values()];
      }),
    remove: (id) => inTurn(() => file.filter((line) => idIn(line) !== id)),
  };
}

function idIn(line: string): string | null {
  const parsed = parseJson(line);
  return parsed.ok && isRecord(parsed.value) ? parsePeerId(parsed.value.id) : null;
}

function parseDeadLetter(line: string, workspaceId: string): DeadLetter | undefined {
  const parsed = parseJson(line);
  if (!parsed.ok || !isRecord(parsed.value)) return undefined;
  const row = parseRow(parsed.value.row, workspaceId);
  if (row.kind !== "message") return undefined;
  return { message: row.message, attempts: Number(parsed.value.attempts) || 0 };
}
