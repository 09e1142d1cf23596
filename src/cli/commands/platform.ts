import type { TestPlatform, TestWorkspace } from "a2a-peers/testing";
import { startPlatform } from "a2a-peers/testing";
import { type Command, Option } from "commander";
import { CommandError } from "../command-errors";
import type { Cli } from "../io";
import { collect, parsePort } from "../option-values";
import { printJson, printNote, printResult } from "../output";
import { untilAborted } from "../until-aborted";

interface PlatformCommandOptions {
  readonly port?: number;
  readonly workspace?: readonly string[];
  readonly echo?: readonly string[];
  readonly behaveLike: "2026-04" | "2026-05";
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ a2a-peers platform --echo Writer
  $ a2a-peers platform --port 8080 --workspace Alice --workspace Bob --json

Everything it holds is in memory, and gone when Ctrl-C ends it (exit code 0).

JSON: {"url", "workspaces": [{"name", "id", "token"}], "echo": [{"name", "id"}]}
`;

export function addPlatform(program: Command, cli: Cli): void {
  const version = new Option("--behave-like <release>", "release of the platform to behave like");
  program
    .command("platform")
    .description(
      "Runs a platform on this machine for development, and prints for each workspace\nan environment to paste.",
    )
    .option("--port <port>", "port on 127.0.0.1 (default: a free one)", parsePort)
    .option(
      "--workspace <name>",
      "a workspace for an agent of yours; may be repeated (default: Agent)",
      collect,
    )
    .option("--echo <name>", "a peer that repeats what it is sent; may be repeated", collect)
    .addOption(version.choices(["2026-04", "2026-05"]).default("2026-05"))
    .option("--json", "print one JSON object")
    .addHelpText("after", EXAMPLES)
    .action((options: PlatformCommandOptions) => runPlatform(cli, options));
}

async function runPlatform(
  cli: Cli,
  { port = 0, workspace = ["Agent"], echo = [], behaveLike, json }: PlatformCommandOptions,
): Promise<void> {
  await using platform = await start(port, behaveLike);
  const isPolling = behaveLike === "2026-05";
  const workspaces = workspace.map((name) =>
    platform.addWorkspace({
      name,
      // As the platform shows a workspace whose agent it has not heard yet.
      ...(isPolling ? { deliveryMode: "poll", status: "awaiting_agent" } : { status: "offline" }),
    }),
  );
  const peers = echo.map((name) => platform.addWorkspace({ name, role: "echo", reply: ({ text }) => text }));
  if (json) {
    printJson(cli, {
      url: platform.url,
      workspaces: workspaces.map(({ name, id, token }) => ({ name, id, token })),
      echo: peers.map(({ name, id }) => ({ name, id })),
    });
  } else {
    printResult(cli, workspaces.map((added) => formatEnvironment(platform, added)).join("\n"));
    for (const { name, id } of peers) printNote(cli, `Echo peer ${name}: ${id}`);
    printNote(cli, `The platform runs at ${platform.url} until Ctrl-C.`);
  }
  await untilAborted(cli.signal);
}

async function start(port: number, version: PlatformCommandOptions["behaveLike"]): Promise<TestPlatform> {
  try {
    return await startPlatform({ port, version });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const reason = code === "EACCES" ? "may not be used" : "is taken";
    throw new CommandError(
      `Port ${port} ${reason}: choose another one with --port, or leave it out for a free one`,
    );
  }
}

/** Lines for a shell. Names are in a comment, on one line. */
function formatEnvironment({ url }: TestPlatform, { name, id, token }: TestWorkspace): string {
  const lines = [
    `# ${name.replace(/\s+/g, " ")}`,
    `export PLATFORM_URL=${url}`,
    `export WORKSPACE_ID=${id}`,
    `export MOLECULE_WORKSPACE_TOKEN=${token}`,
  ];
  return `${lines.join("\n")}\n`;
}
