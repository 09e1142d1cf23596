import { readFile } from "node:fs/promises";
import type { AgentCard } from "a2a-peers";
import type { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, createCommandClient } from "../client";
import { UsageError } from "../command-errors";
import { formatFields } from "../fields";
import type { Cli } from "../io";
import { isJsonObject } from "../json-object";
import { collect } from "../option-values";
import { printJson, printNote, printResult } from "../output";
import { createSkill } from "../skill";

interface RegisterOptions extends ConnectionOptions {
  readonly name?: string;
  readonly description?: string;
  readonly url?: string;
  readonly skill?: readonly string[];
  readonly card?: string;
}

const EXAMPLES = `
Examples:
  $ a2a-peers register --name Writer --skill "Write reports"
  $ a2a-peers register --card card.json --url https://writer.example.com

Without --url the workspace is registered in poll mode: the platform keeps its
messages until an inbox reads them. The card replaces the registered one. The
token of a first registration is stored, and not shown.

JSON: {"status", "alreadyRegistered", "deliveryMode", "warning"}
`;

export function addRegister(program: Command, cli: Cli): void {
  const command = program
    .command("register")
    .description("Registers the workspace with the platform, with the card that peers see.")
    .option("--name <name>", "name on the card")
    .option("--description <text>", "description on the card")
    .option("--skill <name>", "skill on the card; may be repeated", collect)
    .option("--card <file>", "the card as a JSON file; the options above replace its fields")
    .option("--url <url>", "where the platform reaches the agent");
  addConnectionOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((options: RegisterOptions) => register(cli, options));
}

async function register(cli: Cli, options: RegisterOptions): Promise<void> {
  const agentCard = await createCard(options);
  await using client = createCommandClient(options);
  const { url } = options;
  const result = await client.register(
    { agentCard, ...(url !== undefined && { url }) },
    { signal: cli.signal },
  );
  if (options.json) {
    printJson(cli, result);
    return;
  }
  const { status, alreadyRegistered, deliveryMode, warning } = result;
  const fields = {
    Status: status,
    Mode: deliveryMode ?? (url === undefined ? "poll" : "push"),
    Token: alreadyRegistered ? "the one in use" : "a new one, stored for the next start",
  };
  printResult(cli, formatFields(cli, fields));
  if (warning !== undefined) printNote(cli, `Warning: ${warning}`);
}

/** The card of the file, with the options in the place of its fields. Peers, and the doctor, read the URL there too. */
async function createCard({
  card: path,
  name,
  description,
  skill = [],
  url,
}: RegisterOptions): Promise<AgentCard> {
  const card = path === undefined ? {} : await readCard(path);
  if (name === undefined && typeof card.name !== "string") {
    throw new UsageError("A card needs a name: give it with --name, or as `name` in the file of --card");
  }
  return {
    ...(url !== undefined && { url }),
    ...card,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(skill.length > 0 && { skills: skill.map(createSkill) }),
  } as AgentCard;
}

async function readCard(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`The card ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const card: unknown = JSON.parse(text);
    if (isJsonObject(card)) return { ...card };
  } catch {
    // The error below is that of anything but an object.
  }
  throw new UsageError(`The card ${path} is no JSON object`);
}
