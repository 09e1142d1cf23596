import { parsePeerId, type WorkspaceCredentials } from "a2a-peers";
import { UsageError } from "./command-errors";
import { isJsonObject } from "./json-object";

// The workspaces of the environment, under the library's names and those that hosts of models set.

export type Env = Readonly<Record<string, string | undefined>>;

export const read = (env: Env, name: string): string => env[name]?.trim() ?? "";

export const splitList = (text: string): string[] =>
  text === "" ? [] : text.split(",").map((entry) => entry.trim());

/**
 * The workspaces of `MOLECULE_WORKSPACES`, else of the two lists; `undefined` where one workspace is configured. Throws
 * `UsageError`, which repeats no token.
 */
export function readWorkspaces(env: Env): readonly WorkspaceCredentials[] | undefined {
  const json = read(env, "MOLECULE_WORKSPACES");
  if (json !== "") return parseWorkspaces(json);
  const ids = splitList(read(env, "MOLECULE_WORKSPACE_IDS"));
  const tokens = splitList(read(env, "MOLECULE_WORKSPACE_TOKENS"));
  if (ids.length === 0 && tokens.length === 0) return undefined;
  if (ids.length !== tokens.length) {
    throw new UsageError(
      `MOLECULE_WORKSPACE_IDS and MOLECULE_WORKSPACE_TOKENS go together, an id and a token each, separated by commas; there are ${ids.length} ids and ${tokens.length} tokens`,
    );
  }
  return ids.map((id, index) =>
    createCredentials(id, tokens[index], `entry ${index + 1} of MOLECULE_WORKSPACE_IDS`),
  );
}

const WORKSPACES_FORM = 'a JSON array such as [{"id": "<UUID>", "token": "<token>"}]';

function parseWorkspaces(json: string): readonly WorkspaceCredentials[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new UsageError(`MOLECULE_WORKSPACES is not valid JSON; it has to be ${WORKSPACES_FORM}`);
  }
  if (!Array.isArray(value) || value.length === 0) {
    throw new UsageError(`MOLECULE_WORKSPACES has to be ${WORKSPACES_FORM}`);
  }
  return value.map((entry: unknown, index) => {
    const where = `entry ${index + 1} of MOLECULE_WORKSPACES`;
    if (!isJsonObject(entry))
      throw new UsageError(`${where} has to be an object with the id and the token of a workspace`);
    return createCredentials(entry.id, entry.token, where);
  });
}

/** Credentials of one workspace. Without a token the one that is stored for the workspace is used. */
function createCredentials(id: unknown, token: unknown, where: string): WorkspaceCredentials {
  const parsed = parsePeerId(id);
  if (parsed === null) throw new UsageError(`${where} has no workspace id, which is a UUID`);
  if (token === undefined || token === null || token === "") return { id: parsed };
  if (typeof token === "string") return { id: parsed, token };
  throw new UsageError(`The token of ${where} has to be text`);
}

/** The one workspace of the environment, by either name. Throws `UsageError` for what is no id. */
export function readWorkspaceId(env: Env): string | undefined {
  const name = read(env, "WORKSPACE_ID") === "" ? "MOLECULE_WORKSPACE_ID" : "WORKSPACE_ID";
  const value = read(env, name);
  if (value === "") return undefined;
  const id = parsePeerId(value);
  if (id === null) throw new UsageError(`${name} has to be the id of the workspace, which is a UUID`);
  return id;
}
