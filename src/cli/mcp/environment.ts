import { statSync } from "node:fs";
import type { AgentCard, WorkspaceCredentials } from "a2a-peers";
import { UsageError } from "../command-errors";
import { createSkill } from "../skill";
import { type Env, read, readWorkspaceId, readWorkspaces, splitList } from "../workspaces";

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
    ids: workspaces?.map(({ id }) => id) ?? [requireWorkspaceId(env)],
    workspaces,
    pollTimeoutSecs,
    cardOf: (id) => ({
      name: name === "" ? `molecule-mcp-${id.slice(0, 8)}` : name,
      ...(description === "" ? {} : { description }),
      ...(skills.length === 0 ? {} : { skills: skills.map(createSkill) }),
    }),
  };
}

function requireWorkspaceId(env: Env): string {
  const id = readWorkspaceId(env);
  if (id !== undefined) return id;
  throw new UsageError(
    "No workspace is configured: set WORKSPACE_ID and MOLECULE_WORKSPACE_TOKEN in the host's configuration of this server, or MOLECULE_WORKSPACES for several",
  );
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
    isFolder = statSync(folder).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new UsageError(`CONFIGS_DIR cannot be used: ${(error as Error).message}`);
  }
  if (!isFolder) throw new UsageError(`CONFIGS_DIR has to be a folder; ${folder} is a file`);
}
