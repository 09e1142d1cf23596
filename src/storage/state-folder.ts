import type { Machine } from "../runtime/machine";
import { parsePeerId } from "../validation/peer-id";
import { fileSystem } from "./file-system";
import { type FolderOwner, readMark, writeMark } from "./folder-mark";
import { readPrivateFile } from "./private-file";

/** Holds the token of a workspace, which the platform shows only once. */
const TOKEN_FILE = ".auth_token";

// Workspaces of this process that use a root folder, for as long as it has no mark.
const users = new Map<string, string>();

/**
 * The files of one workspace. Each root folder belongs to the workspace that used it first, and every other one uses a
 * subfolder named by its id, so that workspaces never overwrite each other's files.
 */
export interface StateFolder {
  /** Path of a file to write; call {@link claim} first. */
  path(name: string): string;
  /** Content of a file, or `undefined`. Throws what {@link readPrivateFile} throws. */
  read(name: string): Promise<string | undefined>;
  /**
   * Marks the root folder as the workspace's own, if nobody has marked it and it may have it. Never throws. With
   * `forToken` a root that has a token and no mark is left to the workspace whose token it is.
   */
  claim(options?: { forToken?: boolean }): void;
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
 * Creates the state folder of a workspace below `root`. The root belongs to the workspace in its mark. Without a mark
 * the workspace that WORKSPACE_ID names may have it, else the first default workspace of a client of this process.
 */
export function createStateFolder(
  root: string,
  workspaceId: string,
  isDefault: boolean,
  machine: Machine,
): StateFolder {
  const named = parsePeerId(machine.env.WORKSPACE_ID) ?? undefined;
  const mayHaveRoot = named === undefined ? isDefault : named === workspaceId;
  const subfolder = machine.join(root, workspaceId);
  // Read again until it names a workspace: such a mark is never changed.
  let owner: FolderOwner = { kind: "none" };
  /** The root has a token of another workspace. */
  let isLeftToAnother = false;

  function findOwner(): FolderOwner {
    if (owner.kind !== "workspace") owner = readMark(root);
    return owner;
  }

  /** Whether this workspace uses a root without a mark: not with files of its own in the subfolder. */
  function usesUnmarked(): boolean {
    if (!mayHaveRoot || isLeftToAnother || isNotEmpty(machine.join(subfolder, TOKEN_FILE))) return false;
    if (!users.has(root)) users.set(root, workspaceId);
    return users.get(root) === workspaceId;
  }

  function ownsRoot(): boolean {
    const found = findOwner();
    if (found.kind === "none") return usesUnmarked();
    return found.kind === "workspace" && found.id === workspaceId;
  }

  /** An earlier version may have left an empty mark: its workspace finds its files, and writes new ones elsewhere. */
  const readsRoot = () => (findOwner().kind === "unknown" ? mayHaveRoot : ownsRoot());

  return {
    path: (name) => machine.join(ownsRoot() ? root : subfolder, name),
    // A workspace that used the subfolder before it owned the root still has its files there.
    read: async (name) =>
      (await readPrivateFile(machine.join(subfolder, name))) ??
      (readsRoot() ? await readPrivateFile(machine.join(root, name)) : undefined),
    claim({ forToken = false } = {}) {
      if (findOwner().kind !== "none" || !usesUnmarked()) return;
      isLeftToAnother = forToken && isNotEmpty(machine.join(root, TOKEN_FILE));
      if (isLeftToAnother) return;
      writeMark(root, workspaceId);
      // It may be another one's: the first of several processes has succeeded.
      findOwner();
    },
  };
}

function isNotEmpty(path: string): boolean {
  try {
    const stat = fileSystem().statSync(path);
    return stat.isFile() && stat.size > 0;
  } catch {
    return false;
  }
}
