import type { A2AClient } from "../client/client";
import { getInternals } from "../client/internals";
import { invalidArgument } from "../errors";
import type { Heartbeat } from "../heartbeat/heartbeat";
import type { Inbox } from "../inbox/inbox";
import { quote } from "../text/format";
import { checkOptionNames, findNearest, type OptionNames } from "../validation/option-names";
import type { ToolContext } from "./context";
import type { AnyTool } from "./define-tool";
import { INBOX_TOOLS, TOOLS } from "./definitions";
import { MAX_WAIT_SECS } from "./properties";
import { requireSource } from "./require-source";
import { runTool } from "./run-tool";
import type { PeerTool, ToolName } from "./tool";

/** Options of {@link createPeerTools}. */
export interface PeerToolsOptions {
  /**
   * Reports a running `delegate_task` as a task of this agent. Leave it out where the turn that calls the tool counts
   * as a task already.
   */
  heartbeat?: Heartbeat | undefined;
  /** Adds the tools for messages that others send, of one own workspace or of several. */
  inbox?: Inbox | readonly Inbox[] | undefined;
  /** The tools to create. @default all */
  include?: readonly ToolName[] | undefined;
  /** Tools to leave out. @default none */
  exclude?: readonly ToolName[] | undefined;
}

const NAMES: OptionNames<PeerToolsOptions> = { heartbeat: true, inbox: true, include: true, exclude: true };

/**
 * Creates the tools with which a model finds peers, delegates tasks to them and answers messages. Throws
 * `invalid_argument` for wrong options.
 *
 * @example
 * const tools = createPeerTools(client);
 * const { text, isError } = await tools[0].run({ query: "research" });
 */
export function createPeerTools(client: A2AClient, options: PeerToolsOptions = {}): PeerTool[] {
  const { workspaces, clock, env } = getInternals(client);
  checkOptionNames(options, NAMES, invalidArgument);
  const { heartbeat, inbox = [] } = options;
  const inboxes: readonly Inbox[] = isInboxes(inbox) ? inbox : [inbox];
  const available = inboxes.length === 0 ? TOOLS : [...TOOLS, ...INBOX_TOOLS];
  const include = checkToolNames("include", options.include, available) ?? available.map(({ name }) => name);
  const exclude = checkToolNames("exclude", options.exclude, [...TOOLS, ...INBOX_TOOLS]) ?? [];
  const context: ToolContext = {
    client,
    clock,
    workspaceIds: workspaces.configured.map(({ id }) => id),
    findsOthers: workspaces.findsOthers,
    inboxes,
    popped: new Map(),
    heartbeat,
    waitSecs: parseWaitSecs(env.MOLECULE_MCP_POLL_TIMEOUT_SECS),
  };
  return available
    .filter(({ name }) => include.includes(name) && !exclude.includes(name))
    .map((tool) => toPeerTool(workspaces.hasDefault ? tool : requireSource(tool), context));
}

const isInboxes = (inbox: Inbox | readonly Inbox[]): inbox is readonly Inbox[] => Array.isArray(inbox);

function toPeerTool(tool: AnyTool, context: ToolContext): PeerTool {
  const { execute: _, ...shown } = tool;
  return {
    ...structuredClone(shown),
    run: (input, options) => runTool(tool, context, input, options?.signal),
  };
}

function checkToolNames(
  option: "include" | "exclude",
  names: readonly ToolName[] | undefined,
  available: readonly AnyTool[],
): readonly ToolName[] | undefined {
  if (names === undefined) return undefined;
  if (!Array.isArray(names)) {
    throw invalidArgument(`Expected \`${option}\` to be a list of names of tools, got ${quote(names)}.`);
  }
  const known = available.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    if (INBOX_TOOLS.some((tool) => tool.name === name)) {
      throw invalidArgument(`The tool ${name} in \`${option}\` needs the option \`inbox\`.`);
    }
    const nearest = typeof name === "string" ? findNearest(name, known) : undefined;
    const advice = nearest === undefined ? `The tools are ${known.join(", ")}.` : `Did you mean ${nearest}?`;
    throw invalidArgument(`There is no tool ${quote(name)} for \`${option}\`. ${advice}`);
  }
  return names;
}

const DEFAULT_WAIT_SECS = 2;

function parseWaitSecs(text: string | undefined): number {
  const seconds = text === undefined || text.trim() === "" ? DEFAULT_WAIT_SECS : Number(text);
  return Number.isFinite(seconds) ? Math.min(MAX_WAIT_SECS, Math.max(0, seconds)) : DEFAULT_WAIT_SECS;
}
