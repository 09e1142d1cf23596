import type { Machine } from "../runtime/machine";
import { configurationFolder, createStateFolder } from "../storage/state-folder";
import { createTokenSource, type TokenSource } from "./token-source";

/** `.auth_token` in the folder of the workspace; empty where no configuration folder is known. */
export function storedToken(id: string, isDefault: boolean, machine: Machine): TokenSource[] {
  const root = configurationFolder(machine);
  if (root === undefined) return [];
  const folder = createStateFolder(root, id, isDefault, machine);
  return [
    createTokenSource(
      () => folder.read(".auth_token").catch(ignoreForbidden),
      () => folder.path(".auth_token"),
    ),
  ];
}

/** A place that nobody named and that the process may not look at (Deno, Node with --permission) holds no token. */
function ignoreForbidden(error: unknown): undefined {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (code !== "ERR_ACCESS_DENIED" && name !== "NotCapable") throw error;
}

/**
 * The same for a workspace whose configured token was refused. Without a configuration folder no token can have been
 * stored, so no file is opened.
 */
export function storedFallback(id: string, isDefault: boolean, machine: Machine): TokenSource | undefined {
  const root = configurationFolder(machine);
  const [stored] = storedToken(id, isDefault, machine);
  if (root === undefined || stored === undefined) return undefined;
  return () => (machine.exists(root) ? stored() : undefined);
}
