import type { Machine } from "../runtime/machine";
import { parsePeerId } from "../validation/peer-id";
import { fileSystem } from "./file-system";
import { readPrivateFile } from "./private-file";

/** File in a folder that names the workspace it belongs to, for other processes and later ones. */
const OWNER_FILE = ".workspace_id";

// Owners of folders within this process, for as long as no owner file is written.
const owners = new Map<string, string>();

/**
 * The files of one workspace. Each root folder belongs to one workspace, and every other one uses a subfolder named
 * by its id, so that workspaces never overwrite each other's files.
 */
export interface StateFolder {
  /** Path of a file to write; call {@link claim} first. */
  path(name: string): string;
  /** Content of a file, or `undefined`. Throws what {@link readPrivateFile} throws. */
  read(name: string): Promise<string | undefined>;
  /** Records for other processes that this workspace owns the root folder, if it does. */
  claim(): void;
}

/** The root of all state folders: `CONFIGS_DIR`, else `/configs` if it is writable, else `~/.molecule-workspace`. */
export function configurationFolder(machine: Machine): string | undefined {
  const named = machine.env.CONFIGS_DIR;
  if (named !== undefined && named.trim() !== "") return named.trim();
  if (machine.writable("/configs")) return "/configs";
  const home = machine.homeDir();
  return home === undefined ? undefined : machine.join(home, ".molecule-workspace");
}

/**
 * Creates the state folder of a workspace below `root`. The root itself belongs to the workspace that WORKSPACE_ID
 * names, else to the one in its owner file, else to the first default workspace of a client that uses it.
 */
export function createStateFolder(
  root: string,
  workspaceId: string,
  isDefault: boolean,
  machine: Machine,
): StateFolder {
  const named = parsePeerId(machine.env.WORKSPACE_ID) ?? undefined;
  const subfolder = machine.join(root, workspaceId);
  const ownerFile = machine.join(root, OWNER_FILE);

  function ownsRoot(): boolean {
    const owner = named ?? readOwner(ownerFile);
    if (owner !== undefined) return owner === workspaceId;
    if (isDefault && !owners.has(root)) owners.set(root, workspaceId);
    return owners.get(root) === workspaceId;
  }

  return {
    path: (name) => machine.join(ownsRoot() ? root : subfolder, name),
    // A workspace that used the subfolder before it owned the root still has its files there.
    read: async (name) =>
      (await readPrivateFile(machine.join(subfolder, name))) ??
      (ownsRoot() ? await readPrivateFile(machine.join(root, name)) : undefined),
    claim() {
      if (named === undefined && ownsRoot()) writeOwner(root, ownerFile, workspaceId);
    },
  };
}

function readOwner(path: string): string | undefined {
  try {
    const fs = fileSystem();
    // Reading a pipe or a device might never end.
    return fs.lstatSync(path).isFile()
      ? (parsePeerId(fs.readFileSync(path, "utf8")) ?? undefined)
      : undefined;
  } catch {
    return undefined;
  }
}

function writeOwner(root: string, path: string, workspaceId: string): void {
  try {
    const fs = fileSystem();
    fs.mkdirSync(root, { recursive: true, mode: 0o700 });
    fs.writeFileSync(path, `${workspaceId}\n`, { flag: "wx", mode: 0o600 });
  } catch {
    // It exists, or the folder cannot be written, which the write that follows reports.
  }
}
