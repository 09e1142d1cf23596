import type { Machine } from "../runtime";
import { readSecretFile } from "./private-file";
import { parsePeerId } from "./workspace-id";

/** `CONFIGS_DIR`, else `/configs` where that can be written, else `~/.molecule-workspace`. */
export function configurationFolder(machine: Machine): string | undefined {
  const named = machine.env.CONFIGS_DIR;
  if (named !== undefined && named.trim() !== "") return named.trim();
  if (machine.writable("/configs")) return "/configs";
  const home = machine.homeDir();
  return home === undefined ? undefined : machine.join(home, ".molecule-workspace");
}

// A folder belongs to one workspace; the others of the process have subfolders, or they would overwrite each
// other's token, which the platform shows only once.
const owners = new Map<string, string>();

/** Where the files of a workspace are: written in one place, and looked for in that place first. */
export interface StateFolder {
  /** Path of a file to write. */
  path(name: string): string;
  /** What the file holds, or `undefined`. Throws what {@link readSecretFile} throws. */
  read(name: string): Promise<string | undefined>;
}

/**
 * The folder of a workspace below `root`. The root itself belongs to the workspace that WORKSPACE_ID names, else to
 * the first default workspace of the process that asked for it.
 */
export function stateFolder(
  root: string,
  workspaceId: string,
  isDefault: boolean,
  machine: Machine,
): StateFolder {
  const named = parsePeerId(machine.env.WORKSPACE_ID) ?? undefined;
  if (named === undefined && isDefault && !owners.has(root)) owners.set(root, workspaceId);
  const ownsRoot = (named ?? owners.get(root)) === workspaceId;
  const own = machine.join(root, workspaceId);
  return {
    path: (name) => machine.join(ownsRoot ? root : own, name),
    // A workspace that had to do with a subfolder once still has its files there.
    read: async (name) =>
      (await readSecretFile(machine.join(own, name))) ??
      (ownsRoot ? await readSecretFile(machine.join(root, name)) : undefined),
  };
}
