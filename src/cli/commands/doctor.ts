import type { Command } from "commander";
import { addConnectionOptions } from "../client";
import type { DoctorOptions, Facts } from "../doctor/facts";
import { formatBlocked, formatCounts, formatResult } from "../doctor/format";
import { countVerdicts, runChecks } from "../doctor/run-checks";
import { EXIT } from "../exit-codes";
import type { Cli } from "../io";
import { printJson } from "../output";

const EXAMPLES = `
Examples:
  $ a2a-peers doctor
  $ a2a-peers doctor --active --json

It only reads, so it disturbs no agent: it registers nothing, makes no beat and
takes no message out of the inbox. --active also beats once for a workspace in
poll mode that no agent keeps online, and sends it a message from itself.
Exit code 1: something is broken.

JSON: {"ok", "counts": {"ok", "warning", "broken", "skipped"},
       "checks": [{"id", "title", "verdict", "reason", "mend"}]}
`;

export function addDoctor(program: Command, cli: Cli): void {
  const command = program
    .command("doctor")
    .description("Finds out why an agent does not reach its peers, and says how to mend it.")
    .option("--active", "also make a beat, and send a message to the workspace itself");
  addConnectionOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((options: DoctorOptions) => diagnose(cli, options));
}

async function diagnose(cli: Cli, options: DoctorOptions): Promise<void> {
  const facts: Facts = { cli, options };
  try {
    const results = await runChecks(facts, (result) => {
      if (!options.json && !result.isBlocked) cli.stdout.write(formatResult(cli, result));
    });
    const blockedChecks = results.filter(({ isBlocked }) => isBlocked);
    const counts = countVerdicts(results);
    if (options.json) {
      const checks = results.map(({ mend = null, isBlocked: _, ...result }) => ({ ...result, mend }));
      printJson(cli, { ok: counts.broken === 0, counts, checks });
    } else {
      cli.stdout.write(formatBlocked(cli, blockedChecks) + formatCounts(counts));
    }
    if (counts.broken > 0) cli.exitCode = EXIT.failed;
  } finally {
    await facts.client?.close();
  }
}
