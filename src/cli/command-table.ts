import type { Command } from "commander";
import type { Cli } from "./io";

/** Adds a command to the program. */
export type AddCommand = (program: Command, cli: Cli) => void;

interface CommandEntry {
  readonly name: string;
  /** One line of the program's help. */
  readonly summary: string;
  /** Loads the command. Called for the command that runs alone, so that the others cost nothing at the start. */
  load(): Promise<AddCommand>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "peers",
    summary: "list the peers of the workspace",
    load: async () => (await import("./commands/peers")).addPeers,
  },
  {
    name: "send",
    summary: "send a message to a peer and print its reply",
    load: async () => (await import("./commands/send")).addSend,
  },
];
