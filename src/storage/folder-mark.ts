import { newId } from "../runtime/ids";
import { parsePeerId } from "../validation/peer-id";
import { fileSystem, hasErrorCode, pathModule } from "./file-system";
import { flushNow } from "./flush";
import { isForeignLink } from "./private-file";

/** File in a folder that names the workspace it belongs to, for other processes and later ones. */
const MARK_FILE = ".workspace_id";

/**
 * Which workspace a folder belongs to. A mark that is empty or cannot be read is `unknown`: some workspace has left it,
 * and its files may be in the folder.
 */
export type FolderOwner = { kind: "none" } | { kind: "unknown" } | { kind: "workspace"; id: string };

/** Reads the mark of a folder. */
export function readMark(folder: string): FolderOwner {
  try {
    const fs = fileSystem();
    const path = pathModule().join(folder, MARK_FILE);
    // Reading a pipe or a device might never end.
    if (!fs.lstatSync(path).isFile()) return { kind: "unknown" };
    const id = parsePeerId(fs.readFileSync(path, "utf8"));
    return id === null ? { kind: "unknown" } : { kind: "workspace", id };
  } catch (error) {
    const isMissing = hasErrorCode(error, "ENOENT") || hasErrorCode(error, "ENOTDIR");
    return { kind: isMissing ? "none" : "unknown" };
  }
}

/**
 * Marks a folder that has no mark; the first of several processes succeeds. The mark appears with its whole content or
 * not at all. Never throws: a folder that cannot be written is reported by the write that follows.
 */
export function writeMark(folder: string, workspaceId: string): void {
  try {
    const fs = fileSystem();
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isForeignLink(fs.lstatSync(folder), fs.statSync(pathModule().dirname(folder)))) return;
    const path = pathModule().join(folder, MARK_FILE);
    const staged = `${path}.${newId()}.tmp`;
    try {
      writeWhole(staged, workspaceId);
      link(staged, path);
    } finally {
      fs.rmSync(staged, { force: true });
    }
  } catch {
    // It exists, or the folder cannot be written.
  }
}

function writeWhole(path: string, workspaceId: string): void {
  const fs = fileSystem();
  const file = fs.openSync(path, "wx", 0o600);
  try {
    fs.writeSync(file, `${workspaceId}\n`);
    flushNow(file, path);
  } finally {
    fs.closeSync(file);
  }
}

/** Gives the staged file its name unless that is taken. */
function link(staged: string, path: string): void {
  const fs = fileSystem();
  try {
    fs.linkSync(staged, path);
  } catch (error) {
    if (hasErrorCode(error, "EEXIST")) throw error;
    // A file system without hard links: the copy fails when the name is taken.
    copyOrRemove(staged, path);
  }
}

function copyOrRemove(staged: string, path: string): void {
  const fs = fileSystem();
  try {
    fs.copyFileSync(staged, path, fs.constants.COPYFILE_EXCL);
  } catch (error) {
    // Half a mark would belong to nobody for good.
    if (!hasErrorCode(error, "EEXIST")) fs.rmSync(path, { force: true });
    throw error;
  }
}
