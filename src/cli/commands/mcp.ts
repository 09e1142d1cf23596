import type { Command } from "commander";
import type { Cli } from "../io";
import { reserveStandardOutput } from "../mcp/standard-output";

const EXAMPLES = `
Examples:
  $ a2a-peers mcp
  $ claude mcp add peers -e PLATFORM_URL=… -e WORKSPACE_ID=… \\
      -e MOLECULE_WORKSPACE_TOKEN=… -- npx -y a2a-peers mcp

The host of the model starts it, as an MCP server over stdio. It registers the
workspace in poll mode, keeps it online and reads its inbox until the host
closes its input (exit code 0). Its log goes to standard error.

Environment:
  PLATFORM_URL, MOLECULE_ORG_ID    the platform
  WORKSPACE_ID, MOLECULE_WORKSPACE_TOKEN
                                   the workspace
  MOLECULE_WORKSPACES              several: [{"id": "…", "token": "…"}]
  MOLECULE_WORKSPACE_IDS, MOLECULE_WORKSPACE_TOKENS
                                   several, as two lists with commas
  MOLECULE_AGENT_NAME, MOLECULE_AGENT_DESCRIPTION, MOLECULE_AGENT_SKILLS
                                   what peers see of the agent
  MOLECULE_MCP_POLL_TIMEOUT_SECS   how long wait_for_message waits (default: 2);
                                   0 where the host shows pushed messages
  CONFIGS_DIR                      the folder for what is kept over restarts
`;

export function addMcp(program: Command, cli: Cli): void {
  program
    .command("mcp")
    .description("Serves the tools to a model's host over MCP, and keeps the workspace online.")
    .addHelpText("after", EXAMPLES)
    .action(() => serve(cli));
}

async function serve(cli: Cli): Promise<void> {
  // Loaded afterwards, because what is loaded may print.
  const output = reserveStandardOutput(cli);
  const { serveMcp } = await import("../mcp/serve");
  await serveMcp(cli, output);
}
