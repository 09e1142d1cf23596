import type { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { Report } from "./report";
import type { McpWorkspace } from "./workspace";

/** After so long the workspaces start in any case, in milliseconds. */
const START_MS = 1000;

/**
 * Starts the workspaces when the host begins to use the server, or after a second. Hosts of the stateless era first ask
 * a process of its own what the server speaks and end it: that one must not register anything.
 */
export function scheduleStart(workspaces: readonly McpWorkspace[]): { now(): void; cancel(): void } {
  const state = { isStarted: false };
  const timer = setTimeout(now, START_MS);
  function now(): void {
    clearTimeout(timer);
    if (!state.isStarted) for (const workspace of workspaces) workspace.start();
    state.isStarted = true;
  }
  return { now, cancel: () => clearTimeout(timer) };
}

/** Resolves when the host has closed standard input or output, or the signal is aborted. */
export function untilEnded(transport: StdioServerTransport, signal: AbortSignal): Promise<void> {
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

/** Ends the connection and all workspaces; resolves when they have ended, or their time is over. */
export async function endAll(
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
