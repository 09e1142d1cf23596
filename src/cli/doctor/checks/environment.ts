import { isA2AError, parsePeerId } from "a2a-peers";
import { createCommandClient } from "../../client";
import { UsageError } from "../../command-errors";
import { readWorkspaceId, readWorkspaces } from "../../workspaces";
import type { Facts } from "../facts";
import { broken, type Finding, ok, warning } from "../finding";

const URL_VARIABLES = ["PLATFORM_URL", "MOLECULE_PLATFORM_URL", "MOLECULE_API_URL", "MOLECULE_URL"];

/** Whether options and environment make a client. */
export async function checkEnvironment(facts: Facts): Promise<Finding> {
  const { cli, options } = facts;
  try {
    facts.client = createCommandClient(options, { retry: { maxAttempts: 1 } });
  } catch (error) {
    const isWrongSetUp = isA2AError(error) ? error.code === "configuration" : error instanceof UsageError;
    if (!isWrongSetUp) throw error;
    const { message } = error as Error;
    return broken(toSentence(message), getMend(message));
  }
  const id = findWorkspaceId(facts);
  if (id === undefined) return broken("The workspace id is not known.", "export WORKSPACE_ID=<id>");
  facts.workspaceId = id;
  // The URL of any record begins with that of the platform.
  facts.platformUrl = facts.client.agentCardUrl(id).replace(/\/registry\/discover\/.*$/, "");
  const variable = URL_VARIABLES.find((name) => (cli.env[name] ?? "").trim() !== "");
  if (options.platformUrl === undefined && variable === undefined) {
    return warning(
      `PLATFORM_URL is not set, so the platform is looked for at ${facts.platformUrl}.`,
      "export PLATFORM_URL=https://<host of the platform>",
    );
  }
  return ok(`The platform is ${facts.platformUrl}, the workspace ${id}.`);
}

const toSentence = (message: string): string => message.replace(/\.?$/, ".");

/** The workspace of the client, which takes the same environment. */
function findWorkspaceId({ cli: { env }, options: { workspace } }: Facts): string | undefined {
  const named = workspace ?? env.WORKSPACE_ID ?? "";
  if (named.trim() !== "") return parsePeerId(named) ?? undefined;
  return readWorkspaces(env)?.[0]?.id ?? readWorkspaceId(env);
}

/** The variable that the message names, to be set anew. */
function getMend(message: string): string | undefined {
  const [, name = ""] = /\b([A-Z]+(?:_[A-Z]+)+)\b/.exec(message) ?? [];
  if (name === "WORKSPACE_ID") return "export WORKSPACE_ID=<id of the workspace, a UUID>";
  if (/URL$/.test(name)) return `export ${name}=https://<host of the platform>`;
  return name === "" ? undefined : `export ${name}=<value>`;
}
