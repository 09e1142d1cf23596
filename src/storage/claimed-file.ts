import { builtin } from "../runtime/builtins";
import { fileSystem, hasErrorCode, pathModule, readPrivateFile, writePrivateFile } from "./private-file";

/** A results file that nobody reads stops growing here, in bytes; then the oldest results make room. */
const MOST_BYTES = 4 * 1024 * 1024;
/** So much stays when room is made: making it at every result would write the whole file each time for one line. */
const KEPT_BYTES = MOST_BYTES * 0.75;
/** More than that, in bytes, is no results file. */
const LARGEST_FILE = 64 * 1024 * 1024;

/** Lines for a reader that takes the whole file away by renaming it. */
export interface ClaimedFile {
  /** `undefined` where there is no file system: the lines are in memory then. */
  readonly path: string | undefined;
  /** The lines nobody has taken yet. Throws when they cannot be read. */
  read(): Promise<string[]>;
  /**
   * Replaces the lines by what `edit` makes of them, which readers see only after `remember` has succeeded; when it
   * fails nothing has changed. Resolves to how many lines had to make room.
   */
  update(edit: (lines: string[]) => string[], remember: () => Promise<void>): Promise<number>;
  /** The lines of a change that was cut short, for instance by the end of the process; readers do not see them. */
  pending(): Promise<string[] | undefined>;
  /** Gives readers what was left behind. */
  recover(): Promise<void>;
}

/**
 * The reader knows one step, which the file system takes as a whole: renaming the file. So does this writer: it
 * renames the file to a name of its own, writes what comes next beside it, and renames that to where readers look. At
 * any moment either the reader has the file or the writer, and a process killed half way leaves files that tell what
 * it was about.
 */
export function createClaimedFile(path: string): ClaimedFile {
  // What readers had,
  const claim = `${path}.claim`;
  // what they are to have next,
  const draft = `${path}.next`;
  // and what was written meanwhile by somebody who does not rename.
  const newcomer = `${path}.newcomer`;
  const remove = (file: string) => fileSystem().promises.rm(file, { force: true });

  /** Readers get the draft, with the lines of a newcomer behind its own; nobody gets a line from two files. */
  async function giveBack(): Promise<void> {
    if (await takeAway(path, newcomer)) await takeIn();
    await remove(claim);
    if (await isThere(draft)) await fileSystem().promises.rename(draft, path);
  }

  async function takeIn(): Promise<void> {
    const lines = [...((await linesAt(draft)) ?? []), ...(await linesOf(newcomer))];
    if (lines.length > 0) await writeLines(draft, [...new Set(lines)]);
    await remove(newcomer);
  }

  async function undo(taken: boolean): Promise<void> {
    try {
      await remove(draft);
      // Unless somebody else has begun another file: then this one is left behind.
      if (taken && !(await isThere(path))) await fileSystem().promises.rename(claim, path);
    } catch {
      // Left behind, then, and looked after next time.
    }
  }

  return {
    path,
    read: async () => (await linesAt(path)) ?? [],
    async update(edit, remember) {
      await fileSystem().promises.mkdir(pathModule().dirname(path), { recursive: true, mode: 0o700 });
      const taken = await takeAway(path, claim);
      let dropped: number;
      try {
        const next = edit(taken ? await linesOf(claim) : []);
        const kept = fitting(next);
        dropped = next.length - kept.length;
        if (kept.length > 0) await writeLines(draft, kept);
        await remember();
      } catch (error) {
        await undo(taken);
        throw error;
      }
      await giveBack();
      return dropped;
    },
    async pending() {
      const ours = (await linesAt(draft)) ?? (await linesAt(claim));
      const others = await linesAt(newcomer);
      if (ours === undefined && others === undefined) return undefined;
      return [...new Set([...(ours ?? []), ...(others ?? [])])];
    },
    async recover() {
      // Without writing anything, so that it works on a full disk, too.
      if (!(await isThere(draft)) && (await isThere(claim))) await fileSystem().promises.rename(claim, draft);
      if (await isThere(newcomer)) await takeIn();
      await giveBack();
    },
  };
}

/** The same without a file system. */
export function createMemoryFile(): ClaimedFile {
  let lines: readonly string[] = [];
  return {
    path: undefined,
    read: async () => [...lines],
    async update(edit, remember) {
      const next = edit([...lines]);
      await remember();
      lines = fitting(next);
      return next.length - lines.length;
    },
    pending: async () => undefined,
    recover: async () => {},
  };
}

/** True when there was a file to take. Throws for what is not a file of ours alone. */
async function takeAway(path: string, to: string): Promise<boolean> {
  if (!(await isThere(path))) return false;
  try {
    await fileSystem().promises.rename(path, to);
    return true;
  } catch (error) {
    // A reader was faster.
    if (hasErrorCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** False for no file at all. Throws for a link, a pipe, a folder, or a file that others own or have another way to. */
async function isThere(path: string): Promise<boolean> {
  const { lstat } = fileSystem().promises;
  try {
    const stat = await lstat(path);
    const problem = objectionTo(stat);
    if (problem !== undefined) throw new Error(`${path} ${problem}; results are not written there`);
    return true;
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return false;
    throw error;
  }
}

function objectionTo(stat: { isFile(): boolean; isSymbolicLink(): boolean; nlink: number; uid: number }) {
  if (stat.isSymbolicLink()) return "is a symbolic link";
  if (!stat.isFile()) return "is not a regular file";
  if (stat.nlink > 1) return "has another name (a hard link)";
  const user = builtin("node:process")?.getuid?.();
  return user !== undefined && stat.uid !== user ? "belongs to another user" : undefined;
}

async function linesAt(path: string): Promise<string[] | undefined> {
  return (await isThere(path)) ? linesOf(path) : undefined;
}

async function linesOf(path: string): Promise<string[]> {
  const text = (await readPrivateFile(path, LARGEST_FILE)) ?? "";
  return text.split("\n").filter((line) => line.trim() !== "");
}

async function writeLines(path: string, lines: readonly string[]): Promise<void> {
  await writePrivateFile(path, lines.map((line) => `${line}\n`).join(""));
}

/** The newest lines, as many as the file may hold. */
function fitting(lines: readonly string[]): readonly string[] {
  const encoder = new TextEncoder();
  const sizes = lines.map((line) => encoder.encode(line).length + 1);
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes <= MOST_BYTES) return lines;
  let first = 0;
  while (bytes > KEPT_BYTES && first < lines.length - 1) {
    bytes -= sizes[first] ?? 0;
    first += 1;
  }
  return lines.slice(first);
}
