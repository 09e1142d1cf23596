import type { Stats } from "node:fs";
import { builtin } from "../runtime/builtins";
import { fileSystem, hasErrorCode } from "./file-system";
import { readPrivateFile, writePrivateFile } from "./private-file";

/** A file of lines is limited to this size, in bytes; the oldest lines are dropped beyond it. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Dropping goes down to this size, so that not every line that follows rewrites the whole file. */
const KEPT_BYTES = MAX_BYTES * 0.75;
/** Files of other writers may be larger; one above this size, in bytes, is not read. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

/**
 * True for a regular file of this user under no other name; false for none. Throws for anything else, such as a link,
 * a pipe or a folder: `content` names what is not written there.
 */
export async function isOwnFile(path: string, content: string): Promise<boolean> {
  try {
    const problem = findProblem(await fileSystem().promises.lstat(path));
    if (problem === undefined) return true;
    throw new Error(`${path} ${problem}; ${content} are not written there`);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return false;
    throw error;
  }
}

function findProblem(stat: Stats): string | undefined {
  if (stat.isSymbolicLink()) return "is a symbolic link";
  if (!stat.isFile()) return "is not a regular file";
  if (stat.nlink > 1) return "has another name (a hard link)";
  const user = builtin("node:process")?.getuid?.();
  return user !== undefined && stat.uid !== user ? "belongs to another user" : undefined;
}

/** The lines of a file that are not blank; none for a missing file. Throws `EFBIG` above 64 MiB. */
export async function readLines(path: string): Promise<string[]> {
  const text = (await readPrivateFile(path, MAX_READ_BYTES)) ?? "";
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** Replaces a file atomically by these lines. */
export async function writeLines(path: string, lines: readonly string[]): Promise<void> {
  await writePrivateFile(path, lines.map((line) => `${line}\n`).join(""));
}

/** The newest lines that fit: all of up to 4 MiB, else at most 3 MiB, and always the last one. */
export function dropOldest(lines: readonly string[]): readonly string[] {
  const encoder = new TextEncoder();
  const sizes = lines.map((line) => encoder.encode(line).length + 1);
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes <= MAX_BYTES) return lines;
  let first = 0;
  while (bytes > KEPT_BYTES && first < lines.length - 1) {
    bytes -= sizes[first] ?? 0;
    first += 1;
  }
  return lines.slice(first);
}
