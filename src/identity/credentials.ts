import { configurationError } from "../errors";
import type { Machine } from "../runtime/machine";
import { isQuoted, quote } from "../text/format";
import { parsePeerId } from "../validation/peer-id";
import { storedFallback, storedToken } from "./stored-token";
import { createTokenSearch } from "./token-search";
import { checkToken, fileToken, type TokenSource } from "./token-source";
import { createLookupCredentials, type WorkspaceCredentials, type WorkspaceLookup } from "./workspace-lookup";
import type { Credentials } from "./workspaces";

/** The options of the client that name its workspaces. */
interface WorkspaceOptions {
  workspaceId?: string | undefined;
  token?: string | TokenSource | null | undefined;
  workspaces?: readonly WorkspaceCredentials[] | WorkspaceLookup | undefined;
}

/**
 * The workspaces this process acts for and where their tokens may be: the options, else the environment. The default
 * workspace comes first; there is none when `workspaces` is a function and `workspaceId` is not given. Throws
 * `configuration`.
 */
export function resolveWorkspaces(options: WorkspaceOptions, machine: Machine): readonly Credentials[] {
  const chosen = chooseDefault(options, machine);
  if (typeof options.workspaces === "function") {
    return resolveOwn({ ...options, workspaces: options.workspaces }, chosen, machine);
  }
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
      : optionCredentials(id, token, machine),
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

/** The own workspace beside a function that finds the others; it finds the own token too, unless `token` is given. */
function resolveOwn(
  { token, workspaces }: WorkspaceOptions & { workspaces: WorkspaceLookup },
  id: string | undefined,
  machine: Machine,
): readonly Credentials[] {
  if (id !== undefined) {
    return [
      token === undefined
        ? createLookupCredentials(workspaces, id, true, machine)
        : optionCredentials(id, token, machine),
    ];
  }
  if (token === undefined) return [];
  throw configurationError(
    "Expected `workspaceId` beside `token`: the function `workspaces` finds the others.",
  );
}

const optionCredentials = (
  id: string,
  token: string | TokenSource | null,
  machine: Machine,
): Credentials => ({
  id,
  sources: toSources(token, "`token`"),
  fallback: storedFallback(id, true, machine),
  searched: createTokenSearch(["the option `token`"], id, true, machine),
});

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
