import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parsePeerId } from "a2a-peers";
import type { CliIo } from "../io";
import { read, readWorkspaces } from "../workspaces";

/** The token of a workspace, or why there is none. `place` is for people. */
export type FoundToken =
  | { kind: "found"; token: string; place: string; path?: string; isReadableByOthers: boolean }
  | { kind: "unreadable"; path: string; code: string }
  | { kind: "none"; searched: readonly string[] };

export interface TokenSearchOptions {
  readonly workspaceId: string;
  /** The file that the command line names. */
  readonly tokenFile: string | undefined;
  /** Where tokens are stored. */
  readonly folder: string;
}

interface Place {
  readonly name: string;
  readonly value?: string | undefined;
  readonly path?: string | undefined;
}

/** Looks for the token in the places of the client, in their order. */
export async function findToken({ env }: CliIo, options: TokenSearchOptions): Promise<FoundToken> {
  const places = await listPlaces(env, options);
  for (const { name, value = "", path } of places) {
    if (value.trim() !== "")
      return { kind: "found", token: value.trim(), place: name, isReadableByOthers: false };
    if (path === undefined) continue;
    try {
      const text = (await readFile(path, "utf8")).trim();
      if (text === "") continue;
      const { mode } = await stat(path);
      return { kind: "found", token: text, place: name, path, isReadableByOthers: isOpen(mode) };
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR") return { kind: "unreadable", path, code };
    }
  }
  return { kind: "none", searched: places.map(({ name }) => name) };
}

/** True for a file or folder that other users may read. Windows has no such modes. */
export const isOpen = (mode: number): boolean => process.platform !== "win32" && (mode & 0o077) !== 0;

async function listPlaces(env: CliIo["env"], options: TokenSearchOptions): Promise<readonly Place[]> {
  const { workspaceId, tokenFile, folder } = options;
  if (tokenFile !== undefined) return [{ name: `--token-file ${tokenFile}`, path: tokenFile }];
  const stored = [join(folder, workspaceId, ".auth_token")];
  if (await mayHaveRoot(folder, workspaceId, env)) stored.push(join(folder, ".auth_token"));
  const storedPlaces = stored.map((path) => ({ name: path, path }));
  const value = readListedToken(env, workspaceId);
  if (value !== undefined) {
    const name =
      read(env, "MOLECULE_WORKSPACES") === "" ? "MOLECULE_WORKSPACE_TOKENS" : "MOLECULE_WORKSPACES";
    return [{ name, value }, ...storedPlaces];
  }
  // A token beside another id belongs to that workspace.
  const { WORKSPACE_ID = "", MOLECULE_WORKSPACE_TOKEN, MOLECULE_WORKSPACE_TOKEN_FILE: file = "" } = env;
  if (WORKSPACE_ID.trim() !== "" && parsePeerId(WORKSPACE_ID) !== workspaceId) return storedPlaces;
  const path = file.trim() === "" ? undefined : file.trim();
  return [
    { name: "MOLECULE_WORKSPACE_TOKEN", value: MOLECULE_WORKSPACE_TOKEN },
    {
      name: path === undefined ? "MOLECULE_WORKSPACE_TOKEN_FILE" : `MOLECULE_WORKSPACE_TOKEN_FILE (${path})`,
      path,
    },
    ...storedPlaces,
  ];
}

function readListedToken(env: CliIo["env"], workspaceId: string): string | undefined {
  try {
    const token = readWorkspaces(env)?.find(({ id }) => id === workspaceId)?.token;
    return typeof token === "string" ? token : undefined;
  } catch {
    // What is wrong with the list is found by the check of the environment.
    return undefined;
  }
}

/** The folder itself belongs to the workspace that it is marked with, or to the one of the environment. */
async function mayHaveRoot(
  folder: string,
  workspaceId: string,
  { WORKSPACE_ID }: CliIo["env"],
): Promise<boolean> {
  const mark = await readFile(join(folder, ".workspace_id"), "utf8").catch(() => undefined);
  const owner = parsePeerId(mark ?? WORKSPACE_ID);
  return owner === null || owner === workspaceId;
}
