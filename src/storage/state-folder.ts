import type { Machine } from "../runtime/machine";
import { parsePeerId } from "../validation/peer-id";
import { fileSystem, readPrivateFile } from "./private-file";

/** `CONFIGS_DIR`, else `/configs` where that can be written, else `~/.molecule-workspace`. */
export function configurationFolder(machine: Machine): string | undefined {
  const named = machine.env.CONFIGS_DIR;
  if (named !== undefined && named.trim() !== "") return named.trim();
  if (machine.writable("/configs")) return "/configs";
  const home = machine.homeDir();
  return home === undefined ? undefined : machine.join(home, ".molecule-workspace");
}

/** Names the workspace a folder belongs to, for other processes and later ones. */
const MARK = ".workspace_id";

// The same within a process, as long as nothing has been written.
const owners = new Map<string, string>();

/**
 * Where the files of a workspace are: written in one place, and looked for in that place first. A folder belongs to
 * one workspace; the others have subfolders in it, or they would overwrite each other's token, which the platform
 * shows only once, and take each other's results.
 */
export interface StateFolder {
  /** Path of a file to write, after {@link claim}. */
  path(name: string): string;
  /** What the file holds, or `undefined`. Throws what {@link readPrivateFile} throws. */
  read(name: string): Promise<string | undefined>;
  /** Says for all to come whose folder this is. */
  claim(): void;
}

/**
 * The folder of a workspace below `root`. The root itself belongs to the workspace that WORKSPACE_ID names, else to
 * the first default workspace of a client that wrote to it.
 */
export function createStateFolder(
  root: string,
  workspaceId: string,
  isDefault: boolean,
  machine: Machine,
): StateFolder {
  const named = parsePeerId(machine.env.WORKSPACE_ID) ?? undefined;
  const own = machine.join(root, workspaceId);
  const mark = machine.join(root, MARK);

  function ownsRoot(): boolean {
    const marked = named ?? markAt(mark);
    if (marked !== undefined) return marked === workspaceId;
    if (isDefault && !owners.has(root)) owners.set(root, workspaceId);
    return owners.get(root) === workspaceId;
  }

  return {
    path: (name) => machine.join(ownsRoot() ? root : own, name),
    // A workspace that had to do with a subfolder once still has its files there.
    read: async (name) =>
      (await readPrivateFile(machine.join(own, name))) ??
      (ownsRoot() ? await readPrivateFile(machine.join(root, name)) : undefined),
    claim() {
      if (named === undefined && ownsRoot()) writeMark(root, mark, workspaceId);
    },
  };
}

function markAt(path: string): string | undefined {
  try {
    const fs = fileSystem();
    // Anything else than a file might not end.
    return fs.lstatSync(path).isFile()
      ? (parsePeerId(fs.readFileSync(path, "utf8")) ?? undefined)
      : undefined;
  } catch {
    return undefined;
  }
}

function writeMark(root: string, path: string, workspaceId: string): void {
  try {
    const fs = fileSystem();
    fs.mkdirSync(root, { recursive: true, mode: 0o700 });
    fs.writeFileSync(path, `${workspaceId}\n`, { flag: "wx", mode: 0o600 });
  } catch {
    // It is there, or cannot be: what is written next to it tells.
  }
}
