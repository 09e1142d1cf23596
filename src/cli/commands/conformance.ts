import type { Command } from "commander";
import { runCommand } from "../../conformance/cli";
import type { Cli } from "../io";
import { untilDone } from "../until-aborted";

export function addConformance(program: Command, cli: Cli): void {
  program
    .command("conformance")
    .description("Checks over plain HTTP whether a platform behaves as documented.")
    .argument("[options...]", "options of the suite")
    // The suite has its own options and its own help.
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (_: readonly string[], __: unknown, command: Command) => {
      cli.exitCode = await untilDone(runCommand(command.args, cli.env, cli.stdout, cli.stderr), cli.signal);
    });
}
