import { fileSystem, hasErrorCode, pathModule } from "./file-system";
import { dropOldest, isOwnFile, readLines, writeLines } from "./line-file";

/**
 * A file of lines that a reader takes as a whole by renaming it, and that a writer replaces as a whole. One writer at
 * a time; hold a {@link Lock} for it. The file is limited to 4 MiB: the oldest lines are dropped beyond that.
 */
export interface ClaimedFile {
  /** `undefined` where there is no file system: the lines are in memory. */
  readonly path: string | undefined;
  /** The lines that no reader has taken. Throws when they cannot be read. */
  read(): Promise<string[]>;
  /**
   * Replaces the lines by those `edit` returns. Readers see them only after `commit` has succeeded; when it fails,
   * nothing changes. Resolves to the number of lines that were dropped for space.
   */
  update(edit: (lines: string[]) => string[], commit: () => Promise<void>): Promise<number>;
  /** The lines of an update that was interrupted, by the end of its process for instance; readers do not see them. */
  pending(): Promise<string[] | undefined>;
  /** Makes the lines of an interrupted update visible to readers. */
  recover(): Promise<void>;
}

/**
 * Creates a claimed file at `path`. A rename is atomic, so at any moment either a reader has the file or the writer
 * does: the writer renames it to `path.claim`, writes the next lines to `path.next`, and renames that to `path`.
 * Files under these names show a later process at which step an update was interrupted. `content` names the lines in
 * error messages.
 */
export function createClaimedFile(path: string, content = "lines"): ClaimedFile {
  const paths = {
    path,
    claimed: `${path}.claim`,
    staged: `${path}.next`,
    stray: `${path}.newcomer`,
    content,
  };
  return {
    path,
    read: async () => (await readIfPresent(paths, path)) ?? [],
    update: (edit, commit) => update(paths, edit, commit),
    async pending() {
      const own = (await readIfPresent(paths, paths.staged)) ?? (await readIfPresent(paths, paths.claimed));
      const others = await readIfPresent(paths, paths.stray);
      if (own === undefined && others === undefined) return undefined;
      return [...new Set([...(own ?? []), ...(others ?? [])])];
    },
    recover: () => recover(paths),
  };
}

interface Paths {
  /** The file that readers can see. */
  readonly path: string;
  /** What the writer has renamed away from readers. */
  readonly claimed: string;
  /** The next lines, until they are renamed to `path`. */
  readonly staged: string;
  /** Lines that another writer put at `path` during an update. */
  readonly stray: string;
  readonly content: string;
}

const exists = ({ content }: Paths, file: string) => isOwnFile(file, content);
const remove = (file: string) => fileSystem().promises.rm(file, { force: true });
const rename = (from: string, to: string) => fileSystem().promises.rename(from, to);

async function readIfPresent(paths: Paths, file: string): Promise<string[] | undefined> {
  return (await exists(paths, file)) ? readLines(file) : undefined;
}

async function update(
  paths: Paths,
  edit: Parameters<ClaimedFile["update"]>[0],
  commit: Parameters<ClaimedFile["update"]>[1],
): Promise<number> {
  const { path, claimed, staged } = paths;
  await fileSystem().promises.mkdir(pathModule().dirname(path), { recursive: true, mode: 0o700 });
  const isClaimed = await claim(paths, claimed);
  let dropped: number;
  try {
    const next = edit(isClaimed ? await readLines(claimed) : []);
    const kept = dropOldest(next);
    dropped = next.length - kept.length;
    if (kept.length > 0) await writeLines(staged, kept);
    await commit();
  } catch (error) {
    await rollBack(paths, isClaimed);
    throw error;
  }
  await publish(paths);
  return dropped;
}

async function recover(paths: Paths): Promise<void> {
  const { claimed, staged, stray } = paths;
  // A rename needs no space, so this works on a full disk, too.
  if (!(await exists(paths, staged)) && (await exists(paths, claimed))) await rename(claimed, staged);
  if (await exists(paths, stray)) await mergeStray(paths);
  await publish(paths);
}

/** Renames the file away from readers; false when there is none, or a reader was faster. */
async function claim(paths: Paths, to: string): Promise<boolean> {
  if (!(await exists(paths, paths.path))) return false;
  try {
    await rename(paths.path, to);
    return true;
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** Makes the staged lines visible, with stray ones behind them; no line is in two files that readers can see. */
async function publish(paths: Paths): Promise<void> {
  const { path, claimed, staged, stray } = paths;
  if (await claim(paths, stray)) await mergeStray(paths);
  await remove(claimed);
  if (await exists(paths, staged)) await rename(staged, path);
}

async function mergeStray(paths: Paths): Promise<void> {
  const { staged, stray } = paths;
  const lines = [...((await readIfPresent(paths, staged)) ?? []), ...(await readLines(stray))];
  if (lines.length > 0) await writeLines(staged, [...new Set(lines)]);
  await remove(stray);
}

async function rollBack(paths: Paths, isClaimed: boolean): Promise<void> {
  const { path, claimed, staged } = paths;
  try {
    await remove(staged);
    // Where another writer has created a new file, the claimed one stays for the next recovery.
    if (isClaimed && !(await exists(paths, path))) await rename(claimed, path);
  } catch {
    // The next recovery does it.
  }
}

/** Creates a claimed file in memory, for where there is no file system. */
export function createMemoryFile(): ClaimedFile {
  let lines: readonly string[] = [];
  return {
    path: undefined,
    read: async () => [...lines],
    async update(edit, commit) {
      const next = edit([...lines]);
      await commit();
      lines = dropOldest(next);
      return next.length - lines.length;
    },
    pending: async () => undefined,
    recover: async () => {},
  };
}
