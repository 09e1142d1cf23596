import { Command, CommanderError } from "commander";
import { version } from "../../package.json";
import { Interrupted, UsageError } from "./command-errors";
import { COMMANDS } from "./command-table";
import { EXIT, EXIT_CODES_HELP } from "./exit-codes";
import type { Cli, CliIo } from "./io";
import { printError, printJson } from "./output";

const ABOUT = `Finds the peers of a workspace on a Molecule AI platform, talks to them and
keeps the workspace online. The platform, the workspace and its token come from
the environment: PLATFORM_URL, WORKSPACE_ID and MOLECULE_WORKSPACE_TOKEN.`;

const EXAMPLES = `
Examples:
  $ a2a-peers doctor                   why does my agent not reach its peers?
  $ a2a-peers send Writer "Hello"      send a message and print the reply
  $ a2a-peers platform --echo Writer   a platform for development

`;

/** Runs the command line, without the program's name, and resolves to the exit code. Never rejects. */
export async function runCli(given: readonly string[], io: CliIo): Promise<number> {
  const args = given[0] === "help" && given[1] !== undefined ? [given[1], "--help"] : given;
  const cli: Cli = { ...io, exitCode: EXIT.ok };
  try {
    const program = createProgram(cli);
    await addCommands(program, cli, args);
    await program.parseAsync([...args], { from: "user" });
    return cli.exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.ok;
    // Without a command its help is printed, and nothing else is wrong.
    if (thrown instanceof CommanderError && thrown.code === "commander.help") return EXIT.usage;
    const isAbort = io.signal.aborted && thrown === io.signal.reason;
    return await reportFailure(
      cli,
      args,
      isAbort ? new Interrupted("Stopped. No peer has received anything") : thrown,
    );
  }
}

function createProgram(cli: Cli): Command {
  return new Command("a2a-peers")
    .description(ABOUT)
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", () => `${EXAMPLES}${EXIT_CODES_HELP}`)
    .enablePositionalOptions()
    .helpCommand("help [command]", "print the help of a command")
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => cli.stdout.write(text),
      writeErr: (text) => cli.stderr.write(text),
      getOutHelpWidth: () => cli.stdout.columns ?? 80,
      getErrHelpWidth: () => cli.stderr.columns ?? 80,
      // `reportFailure` prints every error.
      outputError: () => {},
    })
    .exitOverride();
}

/** Adds all commands to the program: the one that runs with everything, the others with the line of the help alone. */
async function addCommands(program: Command, cli: Cli, args: readonly string[]): Promise<void> {
  const wanted = args.find((argument) => !argument.startsWith("-"));
  for (const { name, summary, load } of COMMANDS) {
    if (name === wanted) (await load())(program, cli);
    else program.command(name);
    program.commands.at(-1)?.summary(summary);
  }
}

/** Prints why a command failed: a line on standard error, and with `--json` an object on standard output. */
async function reportFailure(cli: Cli, args: readonly string[], thrown: unknown): Promise<number> {
  // Loads the library, which the help does not need.
  const { describeFailure } = await import("./failure");
  const { exitCode, message, error } = describeFailure(usageErrorFor(thrown, args));
  printError(cli, message);
  if (args.includes("--json")) printJson(cli, { error });
  return exitCode;
}

/** The error of the parser in the words of this command; anything else as it is. */
function usageErrorFor(thrown: unknown, args: readonly string[]): unknown {
  if (!(thrown instanceof CommanderError)) return thrown;
  const name = COMMANDS.find(({ name }) => args.includes(name))?.name;
  const help = name === undefined ? "a2a-peers --help" : `a2a-peers ${name} --help`;
  const message = thrown.message
    .replace(/^error: /, "")
    .replace(/[.\s]*\n\s*/g, " ")
    .replace(/[.\s]*$/, "");
  return new UsageError(`${message}; see \`${help}\``);
}
