import type { Writable } from "node:stream";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { createA2AClient } from "a2a-peers";
import { createPeerTools } from "a2a-peers/tools";
import type { CliIo } from "../io";
import { createChannel } from "./channel";
import { readEnvironment } from "./environment";
import { formatInstructions } from "./instructions";
import { createReport, type Report } from "./report";
import { createServerFactory } from "./server";
import { createWorkspace, type McpWorkspace } from "./workspace";

/**
 * Serves the tools on standard input and `output` until the host closes them or `io.signal` is aborted. Throws
 * `UsageError` and `configuration` for a wrong environment, before anything is sent.
 */
export async function serveMcp(io: CliIo, output: Writable): Promise<void> {
  const environment = readEnvironment(io.env);
  const report = createReport(io);
  const { ids, workspaces: credentials } = environment;
  await using client = createA2AClient({
    ...(credentials === undefined ? { workspaceId: ids[0] } : { workspaces: credentials }),
    onEvent(event) {
      report.event(event);
      if (event.type === "inbox.received") channel.pushSoon();
    },
  });
  const workspaces = ids.map((id) => createWorkspace(client, id, environment.cardOf(id), report));
  const inboxes = workspaces.map(({ inbox }) => inbox);
  const channel = createChannel(client, inboxes, report.failed);
  const [only, ...others] = workspaces;
  const tools = createPeerTools(client, {
    inbox: inboxes,
    // A task is reported by one heartbeat, and with several workspaces it may be the wrong one's.
    ...(others.length === 0 && { heartbeat: only?.heartbeat }),
  });
  const instructions = formatInstructions(environment);
  const factory = createServerFactory({ instructions, tools, onReady: channel.open });
  const transport = new StdioServerTransport(io.stdin, output);
  const connection = serveStdio(factory, { transport, onerror: report.failed });
  const ended = untilEnded(transport, io.signal);
  for (const workspace of workspaces) workspace.start();
  await ended;
  await endAll(workspaces, connection, report);
  // Does nothing unless something else would keep the process alive.
  setTimeout(() => process.exit(0), EXIT_MS).unref();
}

/** Resolves when the host has closed standard input or output, or the signal is aborted. */
function untilEnded(transport: StdioServerTransport, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const { onclose } = transport;
    transport.onclose = () => {
      onclose?.();
      resolve();
    };
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}

/** Hosts kill a server about 4 s after they have closed its input. */
const END_MS = 3000;
const EXIT_MS = 500;

async function endAll(
  workspaces: readonly McpWorkspace[],
  connection: { close(): Promise<void> },
  report: Report,
): Promise<void> {
  const ended = Promise.all([connection.close(), ...workspaces.map((workspace) => workspace.stop())]);
  let timer: NodeJS.Timeout | undefined;
  const timeIsOver = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_MS);
  });
  await Promise.race([ended.catch(report.failed), timeIsOver]);
  clearTimeout(timer);
}
