import { type A2AClient, type A2AClientOptions, createA2AClient, fileToken } from "a2a-peers";
import type { Command } from "commander";
import { read, readWorkspaceId, readWorkspaces } from "./workspaces";

/** The options of every command that talks to a platform. */
export interface ConnectionOptions {
  readonly platformUrl?: string;
  readonly workspace?: string;
  readonly tokenFile?: string;
  readonly org?: string;
  readonly json?: boolean;
}

/** Adds the options of {@link ConnectionOptions}, which all come from the environment too, to a command. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option("--platform-url <url>", "the platform (PLATFORM_URL)")
    .option("--workspace <id>", "the own workspace (WORKSPACE_ID)")
    .option("--token-file <path>", "the file with its token (MOLECULE_WORKSPACE_TOKEN_FILE)")
    .option("--org <id>", "organisation of a hosted platform (MOLECULE_ORG_ID)")
    .option("--json", "print one JSON object");
}

/** For commands that people wait for: a platform that is away is reported after about 3 s. */
const FEW_RETRIES: A2AClientOptions = { retry: { maxAttempts: 3 } };

/** Creates the client of a command. Throws `configuration`, and `UsageError` for wrong names of workspaces. */
export function createCommandClient(
  { platformUrl, workspace, tokenFile, org }: ConnectionOptions,
  more: A2AClientOptions = FEW_RETRIES,
): A2AClient {
  return createA2AClient({
    platformUrl,
    ...chooseWorkspaces(workspace),
    orgId: org,
    ...(tokenFile !== undefined && { token: fileToken(tokenFile) }),
    ...more,
  });
}

/** The own workspaces where the library does not read them itself: it knows fewer names of variables. */
function chooseWorkspaces(
  workspaceId: string | undefined,
): Pick<A2AClientOptions, "workspaceId" | "workspaces"> {
  const { env } = process;
  if (read(env, "MOLECULE_WORKSPACES") !== "" || read(env, "WORKSPACE_ID") !== "") return { workspaceId };
  const workspaces = readWorkspaces(env);
  if (workspaces !== undefined) return { workspaceId, workspaces };
  return { workspaceId: workspaceId ?? readWorkspaceId(env) };
}
