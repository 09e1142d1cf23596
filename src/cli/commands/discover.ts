import { displayName, type PeerRecord } from "a2a-peers";
import type { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, createCommandClient } from "../client";
import { formatFields } from "../fields";
import type { Cli } from "../io";
import { isJsonObject } from "../json-object";
import { printJson, printResult } from "../output";
import { resolvePeer } from "../peer";

const EXAMPLES = `
Examples:
  $ a2a-peers discover Writer
  $ a2a-peers discover 5f0c1f9e-0d3c-4b7e-9a57-8e2b3f4c5d6e --json

JSON: {"peer": {"id", "name", "role", "status", "url", "agent_card", …}}
`;

export function addDiscover(program: Command, cli: Cli): void {
  const command = program
    .command("discover")
    .description("Prints what the platform knows about one peer.")
    .argument("<peer>", "name or id of the peer");
  addConnectionOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((peer: string, options: ConnectionOptions) => discover(cli, peer, options));
}

async function discover(cli: Cli, given: string, options: ConnectionOptions): Promise<void> {
  await using client = createCommandClient(options);
  const { id } = await resolvePeer(client, given, cli.signal);
  const peer = await client.discoverPeer(id, { signal: cli.signal });
  if (options.json) printJson(cli, { peer });
  else printResult(cli, formatFields(cli, toFields(peer)));
}

function toFields(peer: PeerRecord): Record<string, unknown> {
  const { id, role, status, url, active_tasks: tasks } = peer;
  const card = isJsonObject(peer.agent_card) ? peer.agent_card : {};
  const skills = Array.isArray(card.skills)
    ? card.skills.filter(isJsonObject).map(({ name, id }) => name ?? id)
    : [];
  return {
    Name: displayName(peer),
    Id: id,
    Role: role,
    Status: status,
    URL: url,
    "Active tasks": tasks,
    Description: card.description,
    Version: card.version,
    Skills: skills.join(", "),
  };
}
