import { isRecord, type JsonRecord } from "../text/json";
import { parsePeerId } from "../validation/peer-id";
import type { Cursor, StoredPosition } from "./position";

/** What an inbox remembers over restarts. */
export interface LedgerState extends StoredPosition {
  /** How often each message that is not done was handed over. */
  readonly attempts: Readonly<Record<string, number>>;
  /** Answers that were made and not delivered yet, by row id: a repeated delivery sends them and asks nobody again. */
  readonly answers: Readonly<Record<string, StoredAnswer>>;
  /** Fingerprints of messages that were answered, oldest first: the same message sent again is one. */
  readonly answered: readonly string[];
}

/** An answer of the agent, as its handler returned it. */
export type StoredAnswer = string | { readonly text?: string; readonly parts?: readonly unknown[] };

export const EMPTY_LEDGER: LedgerState = {
  cursor: undefined,
  done: [],
  attempts: {},
  answers: {},
  answered: [],
};

/** What a stored ledger may have at most, in bytes. */
export const MAX_LEDGER_BYTES = 64 * 1024 * 1024;

/** Messages that are recognised when they are sent again, at most; older ones are forgotten. */
export const MAX_ANSWERED = 256;

/**
 * Stored answers may have so many characters together: all of them are written at each change. One that does not fit
 * is not stored, and its message is handled anew after a crash.
 */
const MAX_ANSWER_CHARACTERS = 1024 * 1024;

/** Drops what exceeds the limits of a ledger. */
export function boundLedger(state: LedgerState): LedgerState {
  const answers: Record<string, StoredAnswer> = {};
  let characters = 0;
  for (const [id, answer] of Object.entries(state.answers)) {
    const size = JSON.stringify(answer).length;
    if (characters + size > MAX_ANSWER_CHARACTERS) continue;
    characters += size;
    answers[id] = answer;
  }
  return { ...state, answers, answered: state.answered.slice(-MAX_ANSWERED) };
}

/** The state in parsed JSON, or `undefined` for what is none. */
export function parseLedger({
  cursor,
  done,
  attempts,
  answers,
  answered,
}: JsonRecord): LedgerState | undefined {
  if (!isTexts(done) || !isTexts(answered) || !isRecord(attempts) || !isRecord(answers)) return undefined;
  if (!Object.values(attempts).every((count) => typeof count === "number")) return undefined;
  if (!Object.values(answers).every((answer) => typeof answer === "string" || isRecord(answer)))
    return undefined;
  const read = cursor === undefined ? undefined : parseCursor(cursor);
  if (cursor !== undefined && read === undefined) return undefined;
  return {
    cursor: read,
    done,
    attempts: attempts as Record<string, number>,
    answers: answers as Record<string, StoredAnswer>,
    answered,
  };
}

function parseCursor(value: unknown): Cursor | undefined {
  if (!isRecord(value) || typeof value.createdAtUs !== "number") return undefined;
  const { createdAtUs } = value;
  if (value.id === null) return { id: null, createdAtUs };
  const id = parsePeerId(value.id);
  return id === null ? undefined : { id, createdAtUs };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");
