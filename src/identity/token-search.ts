import type { Machine } from "../runtime/machine";
import { configurationFolder, createStateFolder } from "../storage/state-folder";

/** The places where the token of a workspace was searched, in their order, for people. */
export type TokenSearch = () => readonly string[];

/** The places `named`, and the file in which a token of the workspace is stored. The file is looked up when asked. */
export function createTokenSearch(
  named: readonly string[],
  id: string,
  isDefault: boolean,
  machine: Machine,
): TokenSearch {
  return () => {
    const root = configurationFolder(machine);
    if (root === undefined) return named;
    return [...named, createStateFolder(root, id, isDefault, machine).path(".auth_token")];
  };
}
