import { statSync } from "node:fs";
import { type AgentCard, parsePeerId, type WorkspaceCredentials } from "a2a-peers";
import { UsageError } from "../command-errors";
import { isJsonObject } from "../json-object";
import { createSkill } from "../skill";

type Env = Readonly<Record<string, string | undefined>>;

/** What the environment of an MCP server says, checked. */
export interface McpEnvironment {
  /** Ids of the workspaces; the first is the default. */
  readonly ids: readonly string[];
  /** Set where the environment lists several workspaces with their tokens. */
  readonly workspaces: readonly WorkspaceCredentials[] | undefined;
  /** How long `wait_for_message` waits unless it is told, in seconds; 0 where the host pushes messages to the model. */
  readonly pollTimeoutSecs: number;
  /** The card with which a workspace is registered. */
  cardOf(id: string): AgentCard;
}

/** Reads the variables that only the MCP server knows. Throws `UsageError`, which repeats no value that may be a token. */
export function readEnvironment(env: Env): McpEnvironment {
  checkFolder(env);
  const workspaces = readWorkspaces(env);
  const pollTimeoutSecs = readPollTimeout(env);
  const name = read(env, "MOLECULE_AGENT_NAME");
  const description = read(env, "MOLECULE_AGENT_DESCRIPTION");
  const skills = splitList(read(env, "MOLECULE_AGENT_SKILLS")).filter((skill) => skill !== "");
  return {
    ids: workspaces?.map(({ id }) => id) ?? [readWorkspaceId(env)],
    workspaces,
    pollTimeoutSecs,
    cardOf: (id) => ({
      name: name === "" ? `molecule-mcp-${id.slice(0, 8)}` : name,
      ...(description === "" ? {} : { description }),
      ...(skills.length === 0 ? {} : { skills: skills.map(createSkill) }),
    }),
  };
}

const read = (env: Env, name: string): string => env[name]?.trim() ?? "";

const splitList = (text: string): string[] =>
  text === "" ? [] : text.split(",").map((entry) => entry.trim());

/** `MOLECULE_WORKSPACES`, else the two lists; `undefined` where one workspace is configured. */
function readWorkspaces(env: Env): readonly WorkspaceCredentials[] | undefined {
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

function readWorkspaceId(env: Env): string {
  const name = read(env, "WORKSPACE_ID") === "" ? "MOLECULE_WORKSPACE_ID" : "WORKSPACE_ID";
  const value = read(env, name);
  if (value === "") {
    throw new UsageError(
      "No workspace is configured: set WORKSPACE_ID and MOLECULE_WORKSPACE_TOKEN in the host's configuration of this server, or MOLECULE_WORKSPACES for several",
    );
  }
  const id = parsePeerId(value);
  if (id === null) throw new UsageError(`${name} has to be the id of the workspace, which is a UUID`);
  return id;
}

const MAX_POLL_TIMEOUT_SECS = 60;
const DEFAULT_POLL_TIMEOUT_SECS = 2;

function readPollTimeout(env: Env): number {
  const text = read(env, "MOLECULE_MCP_POLL_TIMEOUT_SECS");
  if (text === "") return DEFAULT_POLL_TIMEOUT_SECS;
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) <= MAX_POLL_TIMEOUT_SECS) return Number(text);
  throw new UsageError(
    `MOLECULE_MCP_POLL_TIMEOUT_SECS has to be a number of seconds from 0 to ${MAX_POLL_TIMEOUT_SECS}`,
  );
}

/** The folder may be missing: it is created. */
function checkFolder(env: Env): void {
  const folder = read(env, "CONFIGS_DIR");
  if (folder === "") return;
  let isFolder: boolean;
  try {
    isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? true;
  } catch (error) {
    throw new UsageError(`CONFIGS_DIR cannot be used: ${(error as Error).message}`);
  }
  if (!isFolder) throw new UsageError(`CONFIGS_DIR has to be a folder; ${folder} is a file`);
}
