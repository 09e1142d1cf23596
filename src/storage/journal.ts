import { isRecord, type JsonRecord, parseJson } from "../text/json";
import { fileSystem, hasErrorCode } from "./file-system";
import { readPrivateFile, writePrivateFile } from "./private-file";

const DEFAULT_MAX_BYTES = 1024 * 1024;

/** How a journal was found: `new` when nothing was ever stored, `corrupt` when the stored text is not its state. */
export type Found = "new" | "kept" | "corrupt";

/** State that survives the process: JSON in one private file that is replaced atomically. */
export interface Journal<State> {
  readonly state: State;
  /**
   * Reads the stored state; a corrupt one becomes the empty state. Throws when the file exists and cannot be read, and
   * when a later version of this package has stored it, which this one must not replace.
   */
  open(): Promise<Found>;
  /** Takes `next` over in memory alone. */
  assume(next: State): void;
  /** Stores `next` first and takes it over only then: when storing fails, the state is unchanged. */
  store(next: State): Promise<void>;
  /** Takes `next` over first and stores it then: when storing fails, it is in memory alone. */
  note(next: State): Promise<void>;
}

export interface JournalOptions<State> {
  /** `undefined` keeps the state in memory alone. */
  path: string | undefined;
  /** Stored as `version` beside the fields of the state; a higher one is not opened, any other one is corrupt. */
  version: number;
  empty: State;
  /** The state in parsed JSON; `undefined` when it is not one. */
  parse(value: JsonRecord): State | undefined;
  /** Limits a state before it is taken over. As JSON it must not exceed `maxBytes`, or it cannot be opened again. */
  bound(state: State): State;
  /** In bytes. @default 1 MiB */
  maxBytes?: number;
}

export function createJournal<State extends object>(options: JournalOptions<State>): Journal<State> {
  const { path, version, empty, parse, bound, maxBytes = DEFAULT_MAX_BYTES } = options;
  let state = empty;
  let isOpen = false;

  async function write(next: State): Promise<void> {
    if (path !== undefined) await writePrivateFile(path, JSON.stringify({ version, ...next }));
  }

  function parseText(text: string): State | undefined {
    const parsed = parseJson(text);
    if (!parsed.ok || !isRecord(parsed.value)) return undefined;
    const stored = parsed.value.version;
    if (typeof stored === "number" && stored > version) {
      throw new Error(
        `${path} is of a later version of this package and is left as it is: use that version, or give another \`stateDir\``,
      );
    }
    return stored === version ? parse(parsed.value) : undefined;
  }

  return {
    get state() {
      return state;
    },
    async open() {
      const text = path === undefined ? undefined : await readText(path, maxBytes);
      const wasOpen = isOpen;
      isOpen = true;
      // A file that was deleted while it was open, or never existed, leaves the state in memory.
      if (text === undefined) return wasOpen ? "kept" : "new";
      const stored = parseText(text);
      state = stored ?? empty;
      return stored === undefined ? "corrupt" : "kept";
    },
    assume(next) {
      state = bound(next);
    },
    async store(next) {
      const bounded = bound(next);
      await write(bounded);
      state = bounded;
    },
    async note(next) {
      state = bound(next);
      await write(state);
    },
  };
}

/** `undefined` for no file, and `""` for one that is empty or too large. */
async function readText(path: string, maxBytes: number): Promise<string | undefined> {
  try {
    const text = await readPrivateFile(path, maxBytes);
    if (text !== undefined) return text;
    await fileSystem().promises.lstat(path);
    return "";
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return undefined;
    if (hasErrorCode(error, "EFBIG")) return "";
    throw error;
  }
}
