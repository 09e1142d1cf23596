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
    name: "doctor",
    summary: "find out why an agent does not reach its peers",
    load: async () => (await import("./commands/doctor")).addDoctor,
  },
  {
    name: "peers",
    summary: "list the peers of the workspace",
    load: async () => (await import("./commands/peers")).addPeers,
  },
  {
    name: "discover",
    summary: "print what the platform knows about a peer",
    load: async () => (await import("./commands/discover")).addDiscover,
  },
  {
    name: "send",
    summary: "send a message to a peer and print its reply",
    load: async () => (await import("./commands/send")).addSend,
  },
  {
    name: "delegate",
    summary: "hand a task to a peer through the platform",
    load: async () => (await import("./commands/delegate")).addDelegate,
  },
  {
    name: "delegations",
    summary: "list delegated tasks, or print the result of one",
    load: async () => (await import("./commands/delegations")).addDelegations,
  },
  {
    name: "inbox",
    summary: "show, take or handle the messages of the workspace",
    load: async () => (await import("./commands/inbox")).addInbox,
  },
  {
    name: "notify",
    summary: "show a message to the user of the workspace",
    load: async () => (await import("./commands/notify")).addNotify,
  },
  {
    name: "register",
    summary: "register the workspace with the platform",
    load: async () => (await import("./commands/register")).addRegister,
  },
  {
    name: "heartbeat",
    summary: "keep the workspace online",
    load: async () => (await import("./commands/heartbeat")).addHeartbeat,
  },
  {
    name: "mcp",
    summary: "serve the tools to a model's host over MCP",
    load: async () => (await import("./commands/mcp")).addMcp,
  },
  {
    name: "platform",
    summary: "run a platform for development",
    load: async () => (await import("./commands/platform")).addPlatform,
  },
  {
    name: "conformance",
    summary: "check whether a platform behaves as documented",
    load: async () => (await import("./commands/conformance")).addConformance,
  },
  {
    name: "demo",
    summary: "show on this machine what two agents and the package do",
    load: async () => (await import("./commands/demo")).addDemo,
  },
];
