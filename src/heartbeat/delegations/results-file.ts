import { fileSystem, isCode, pathOf, readSecretFile, writeSecretFile } from "../../identity/private-file";
import { builtin } from "../../runtime";

/** A results file that nobody reads stops growing here, in bytes; then the oldest results make room. */
const MOST_BYTES = 4 * 1024 * 1024;
/** So much stays when room is made: making it at every result would write the whole file each time for one line. */
const KEPT_BYTES = MOST_BYTES * 0.75;
/** More than that, in bytes, is no results file. */
const LARGEST_FILE = 64 * 1024 * 1024;

/** Lines for a reader that takes the whole file away by renaming it. */
export interface ResultsFile {
  /** `undefined` where there is no file system: the lines are in memory then. */
  readonly path: string | undefined;
  /** The lines nobody has taken yet. Throws when they cannot be read. */
  read(): Promise<string[]>;
  /**
   * Replaces the lines by what `edit` makes of them. What readers see changes only after `commit` has succeeded;
   * when it fails the new lines are left behind, for {@link leftBehind}. Resolves to how many lines had to make room.
   */
  change(edit: (lines: string[]) => string[], commit: () => Promise<void>): Promise<number>;
  /** The lines of a change that was cut short, for instance by the end of the process; readers do not see them. */
  leftBehind(): Promise<string[] | undefined>;
  /** Gives readers what was left behind. */
  putBack(): Promise<void>;
}

/**
 * The reader knows one step, which the file system takes as a whole: renaming the file. So does this writer: it
 * renames the file to a name of its own, changes it there, and renames it back. At any moment either the reader has
 * the file or the writer, and a process killed half way leaves a file that tells what it was about.
 */
export function createResultsFile(path: string): ResultsFile {
  const claim = `${path}.claim`;
  // Written by somebody who does not rename; taken in before the claim goes back over it.
  const newcomer = `${path}.newcomer`;

  async function commit(lines: readonly string[]): Promise<void> {
    const others = (await takeAway(path, newcomer)) ? await linesOf(newcomer) : [];
    const all = [...lines, ...others];
    const { promises } = fileSystem();
    if (others.length > 0) await writeLines(claim, all);
    // Its lines are in the claim now, and nobody may get them from both.
    await promises.rm(newcomer, { force: true });
    if (all.length > 0) await promises.rename(claim, path);
    else await promises.rm(claim, { force: true });
  }

  async function leftBehind(): Promise<string[] | undefined> {
    const claimed = await linesAt(claim);
    const others = await linesAt(newcomer);
    if (claimed === undefined && others === undefined) return undefined;
    return [...new Set([...(claimed ?? []), ...(others ?? [])])];
  }

  return {
    path,
    read: async () => (await linesAt(path)) ?? [],
    async change(edit, keep) {
      await fileSystem().promises.mkdir(pathOf().dirname(path), { recursive: true, mode: 0o700 });
      const taken = await takeAway(path, claim);
      let kept: readonly string[];
      let dropped: number;
      try {
        const next = edit(taken ? await linesOf(claim) : []);
        kept = fitting(next);
        dropped = next.length - kept.length;
        await writeLines(claim, kept);
      } catch (error) {
        // Nothing was changed yet, so readers may have it as it was; unless somebody else has begun another file.
        if (taken && !(await isThere(path))) await fileSystem().promises.rename(claim, path);
        throw error;
      }
      await keep();
      await commit(kept);
      return dropped;
    },
    leftBehind,
    async putBack() {
      const lines = await leftBehind();
      if (lines === undefined) return;
      await writeLines(claim, lines);
      await fileSystem().promises.rm(newcomer, { force: true });
      await commit(lines);
    },
  };
}

/** The same without a file system. */
export function createResultsMemory(): ResultsFile {
  let lines: readonly string[] = [];
  return {
    path: undefined,
    read: async () => [...lines],
    async change(edit, commit) {
      const next = edit([...lines]);
      await commit();
      lines = fitting(next);
      return next.length - lines.length;
    },
    leftBehind: async () => undefined,
    putBack: async () => {},
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
    if (isCode(error, "ENOENT")) return false;
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
    if (isCode(error, "ENOENT")) return false;
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
  const text = (await readSecretFile(path, LARGEST_FILE)) ?? "";
  return text.split("\n").filter((line) => line.trim() !== "");
}

async function writeLines(path: string, lines: readonly string[]): Promise<void> {
  await writeSecretFile(path, lines.map((line) => `${line}\n`).join(""));
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
