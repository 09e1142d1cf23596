import { configurationError } from "../errors";
import type { Machine } from "../runtime/machine";
import { configurationFolder, createStateFolder } from "../storage/state-folder";
import { isQuoted, quote } from "../text/format";
import { parsePeerId } from "../validation/peer-id";
import { createTokenSearch } from "./token-search";
import { checkToken, createTokenSource, fileToken, type TokenSource } from "./token-source";
import type { Credentials } from "./workspaces";

/** One workspace of a process that acts for several. */
export interface WorkspaceCredentials {
  /** UUID of the workspace. */
  id: string;
  /**
   * Its bearer token, or a function that returns it; `null` for a workspace without one.
   * @default the token in `<id>/.auth_token` of the configuration folder
   */
  token?: string | TokenSource | null | undefined;
}

/** The options of the client that name its workspaces. */
interface WorkspaceOptions {
  workspaceId?: string | undefined;
  token?: string | TokenSource | null | undefined;
  workspaces?: readonly WorkspaceCredentials[] | undefined;
}

/**
 * The workspaces this process acts for and where their tokens may be: the options, else the environment. The default
 * workspace comes first; there is always one. Throws `configuration`.
 */
export function resolveWorkspaces(options: WorkspaceOptions, machine: Machine): readonly Credentials[] {
  const chosen = chooseDefault(options, machine);
  const listed = listWorkspaces(options, machine);

  if (options.token !== undefined && chosen === undefined && listed !== undefined) {
    throw configurationError("Expected `workspaceId` beside `token`: several workspaces are configured.");
  }
  const id = chosen ?? listed?.[0]?.id;
  if (id === undefined) {
    throw configurationError(
      "The option `workspaceId` is missing, and the WORKSPACE_ID environment variable is required but not set.",
    );
  }
  const own = listed?.find((entry) => entry.id === id);
  const token = options.token === undefined ? own?.token : options.token;
  const others = (listed ?? []).filter((entry) => entry.id !== id);
  return [
    token === undefined
      ? environmentCredentials(id, own !== undefined, machine)
      : {
          id,
          sources: toSources(token, "`token`"),
          fallback: storedFallback(id, true, machine),
          searched: createTokenSearch(["the option `token`"], id, true, machine),
        },
    ...others.map((entry) => {
      const { id: otherId } = entry;
      const searched = createTokenSearch([`the \`token\` beside its id`], otherId, false, machine);
      if (entry.token === undefined) {
        return { id: otherId, sources: storedToken(otherId, false, machine), searched };
      }
      const sources = toSources(entry.token, `the token of workspace ${otherId}`);
      return { id: otherId, sources, fallback: storedFallback(otherId, false, machine), searched };
    }),
  ];
}

function chooseDefault(options: WorkspaceOptions, machine: Machine): string | undefined {
  if (options.workspaceId !== undefined) return checkWorkspaceId(options.workspaceId, "`workspaceId`");
  if (options.workspaces !== undefined) return undefined;
  const value = machine.env.WORKSPACE_ID;
  if (value === undefined || value.trim() === "") return undefined;
  return checkWorkspaceId(value, "environment variable WORKSPACE_ID");
}

/** The option, else `MOLECULE_WORKSPACES`; the variable is ignored when it lacks the workspace the caller named. */
function listWorkspaces(
  options: WorkspaceOptions,
  machine: Machine,
): readonly WorkspaceCredentials[] | undefined {
  if (options.workspaces !== undefined) return checkList(options.workspaces, "`workspaces`");
  const json = machine.env.MOLECULE_WORKSPACES;
  if (json === undefined || json.trim() === "") return undefined;
  const name = "environment variable MOLECULE_WORKSPACES";
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw configurationError(`Expected ${name} to be a JSON array of {"id", "token"}; it is not valid JSON.`);
  }
  const listed = checkList(value, name);
  if (options.workspaceId === undefined) return listed;
  const id = parsePeerId(options.workspaceId);
  return listed.some((entry) => entry.id === id) ? listed : undefined;
}

function checkList(value: unknown, name: string): readonly WorkspaceCredentials[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw configurationError(`Expected ${name} to be a non-empty array of {id, token}.`);
  }
  const seen = new Set<string>();
  return value.map((entry: unknown, index) => {
    const where = `entry ${index} of ${name}`;
    if (typeof entry !== "object" || entry === null) {
      throw configurationError(`Expected ${where} to be an object with an id and a token.`);
    }
    const { id: workspaceId, token } = entry as { id?: unknown; token?: unknown };
    const id = checkWorkspaceId(workspaceId, `the id in ${where}`);
    if (seen.has(id))
      throw configurationError(`Expected ${name} to name each workspace once, got ${id} twice.`);
    seen.add(id);
    if (token === undefined || token === null) return { id, token };
    return {
      id,
      token:
        typeof token === "function" ? (token as TokenSource) : checkToken(token, `the token in ${where}`),
    };
  });
}

function checkWorkspaceId(value: unknown, name: string): string {
  const id = parsePeerId(value);
  if (id === null) {
    const mend = typeof value === "string" && isQuoted(value.trim()) ? ": leave the quotation marks out" : "";
    throw configurationError(`Expected ${name} to be a workspace id (UUID), got ${quote(value)}${mend}.`);
  }
  return id;
}

/** The token an option or variable names, as token sources: none for `null`. */
function toSources(token: string | TokenSource | null, name: string): TokenSource[] {
  if (token === null) return [];
  if (typeof token === "function") return [token];
  const checked = checkToken(token, name);
  return [() => checked];
}

/**
 * The places in the environment that may have the token of the default workspace. A token beside another WORKSPACE_ID
 * belongs to that workspace and is not used: the platform refuses a token and an id that do not match.
 */
function environmentCredentials(id: string, listed: boolean, machine: Machine): Credentials {
  const { WORKSPACE_ID, MOLECULE_WORKSPACE_TOKEN = "", MOLECULE_WORKSPACE_TOKEN_FILE = "" } = machine.env;
  const stored = storedToken(id, true, machine);
  const isForOther = (WORKSPACE_ID ?? "").trim() !== "" && parsePeerId(WORKSPACE_ID) !== id;
  if (isForOther || listed) {
    const searched = createTokenSearch(["the option `token`"], id, true, machine);
    return { id, sources: stored, searched };
  }
  const inline =
    MOLECULE_WORKSPACE_TOKEN.trim() === ""
      ? []
      : toSources(MOLECULE_WORKSPACE_TOKEN, "environment variable MOLECULE_WORKSPACE_TOKEN");
  const tokenFile = MOLECULE_WORKSPACE_TOKEN_FILE.trim();
  const named = ["the option `token`", "MOLECULE_WORKSPACE_TOKEN"];
  if (tokenFile === "") {
    const searched = createTokenSearch([...named, "MOLECULE_WORKSPACE_TOKEN_FILE"], id, true, machine);
    return { id, sources: [...inline, ...stored], searched };
  }
  const file = `the file of MOLECULE_WORKSPACE_TOKEN_FILE (${tokenFile})`;
  const searched = createTokenSearch([...named, file], id, true, machine);
  return { id, sources: [...inline, fileToken(tokenFile), ...stored], tokenFile, searched };
}

/** `.auth_token` in the folder of the workspace; empty where no configuration folder is known. */
function storedToken(id: string, isDefault: boolean, machine: Machine): TokenSource[] {
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
function storedFallback(id: string, isDefault: boolean, machine: Machine): TokenSource | undefined {
  const root = configurationFolder(machine);
  const [stored] = storedToken(id, isDefault, machine);
  if (root === undefined || stored === undefined) return undefined;
  return () => (machine.exists(root) ? stored() : undefined);
}
