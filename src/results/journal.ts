import { fileSystem, hasErrorCode, readPrivateFile, writePrivateFile } from "../storage/private-file";
import { isRecord, parseJson } from "../text/json";

/** A result that was delivered and not announced yet. */
export interface Unannounced {
  readonly id: string;
  readonly status: string;
  readonly summary?: string;
  readonly error?: string;
}

/** An announcement that was begun: repeated as the same message until it is known to have arrived. */
export interface Announcement {
  readonly messageId: string;
  readonly ids: readonly string[];
  /** How often in a row the process ended while it was being sent. */
  readonly unfinished: number;
}

/** What has to be remembered over restarts. */
export interface JournalState {
  /** Delegations whose result was delivered, oldest first. */
  readonly seen: readonly string[];
  /** Delegations of others that were warned of, oldest first. */
  readonly foreign: readonly string[];
  readonly unannounced: readonly Unannounced[];
  readonly announcement: Announcement | undefined;
  /** When the agent was told last, or was to be told, in milliseconds since 1970. */
  readonly toldAt: number | undefined;
}

/** What is remembered of, at most: ten times what the platform lists at once. */
const MOST_REMEMBERED = 500;
const LARGEST_JOURNAL = 1024 * 1024;

const VERSION = 1;
const EMPTY: JournalState = {
  seen: [],
  foreign: [],
  unannounced: [],
  announcement: undefined,
  toldAt: undefined,
};

/** How a journal was found when it was opened. */
export type Found = "new" | "kept" | "corrupt";

export interface Journal {
  readonly state: JournalState;
  /** Reads what was stored. Throws when it is there and cannot be read now. */
  open(): Promise<Found>;
  /** Takes over `next`, and stores nothing. */
  assume(next: JournalState): void;
  /** Takes over `next` once it is stored. */
  store(next: JournalState): Promise<void>;
  /** Takes over `next` at once, and then stores it. */
  note(next: JournalState): Promise<void>;
}

/** Without a path it is kept in memory alone. */
export function createJournal(path: string | undefined): Journal {
  let state = EMPTY;
  let isOpen = false;

  async function write(next: JournalState): Promise<void> {
    if (path !== undefined) await writePrivateFile(path, JSON.stringify({ version: VERSION, ...next }));
  }

  return {
    get state() {
      return state;
    },
    async open() {
      const text = path === undefined ? undefined : await textAt(path);
      const isKnown = isOpen;
      isOpen = true;
      // One that was deleted, or is in memory alone, is still known to whoever had it open.
      if (text === undefined) return isKnown ? "kept" : "new";
      const read = readState(text);
      state = read ?? EMPTY;
      return read === undefined ? "corrupt" : "kept";
    },
    assume(next) {
      state = bounded(next);
    },
    async store(next) {
      const kept = bounded(next);
      await write(kept);
      state = kept;
    },
    async note(next) {
      state = bounded(next);
      await write(state);
    },
  };
}

/** `undefined` for no journal, and `""` for one that is empty or too large to be one. */
async function textAt(path: string): Promise<string | undefined> {
  try {
    const text = await readPrivateFile(path, LARGEST_JOURNAL);
    if (text !== undefined) return text;
    await fileSystem().promises.lstat(path);
    return "";
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return undefined;
    if (hasErrorCode(error, "EFBIG")) return "";
    throw error;
  }
}

function bounded(state: JournalState): JournalState {
  const { seen, foreign, unannounced } = state;
  return { ...state, seen: newest(seen), foreign: newest(foreign), unannounced: newest(unannounced) };
}

const newest = <T>(list: readonly T[]): readonly T[] => list.slice(-MOST_REMEMBERED);

function readState(text: string): JournalState | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || !isRecord(parsed.value)) return undefined;
  const { version, seen, foreign, unannounced, announcement, toldAt } = parsed.value;
  if (version !== VERSION || (toldAt !== undefined && typeof toldAt !== "number")) return undefined;
  if (!isTexts(seen) || !isTexts(foreign) || !Array.isArray(unannounced)) return undefined;
  if (!unannounced.every(isUnannounced)) return undefined;
  if (announcement !== undefined && !isAnnouncement(announcement)) return undefined;
  return { seen, foreign, unannounced, announcement, toldAt };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

const isUnannounced = (value: unknown): value is Unannounced =>
  isRecord(value) &&
  typeof value.id === "string" &&
  typeof value.status === "string" &&
  (value.summary === undefined || typeof value.summary === "string") &&
  (value.error === undefined || typeof value.error === "string");

const isAnnouncement = (value: unknown): value is Announcement =>
  isRecord(value) &&
  typeof value.messageId === "string" &&
  isTexts(value.ids) &&
  typeof value.unfinished === "number";
