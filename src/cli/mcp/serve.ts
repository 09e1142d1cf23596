import type { Writable } from "node:stream";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { createA2AClient } from "a2a-peers";
import { createPeerTools } from "a2a-peers/tools";
import type { CliIo } from "../io";
import { createChannel } from "./channel";
import { readEnvironment } from "./environment";
import { formatInstructions } from "./instructions";
import { endAll, scheduleStart, untilEnded } from "./lifecycle";
import { createReport } from "./report";
import { createServerFactory } from "./server";
import { createWorkspace } from "./workspace";

/** How long the process may outlive the end of everything in it, in milliseconds. */
const EXIT_MS = 500;

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
  const startAll = scheduleStart(workspaces);
  const factory = createServerFactory({
    instructions,
    tools,
    onReady(server) {
      startAll.now();
      channel.open(server);
    },
  });
  const transport = new StdioServerTransport(io.stdin, output);
  const connection = serveStdio(factory, { transport, onerror: report.failed });
  await untilEnded(transport, io.signal);
  startAll.cancel();
  await endAll(workspaces, connection, report);
  // Does nothing unless something else would keep the process alive.
  setTimeout(() => process.exit(0), EXIT_MS).unref();
}
