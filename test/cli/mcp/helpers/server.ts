import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as OlderClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OlderTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { startPlatform, type TestPlatform, type TestWorkspace } from "a2a-peers/testing";
import type { ToolName } from "a2a-peers/tools";
import { onTestFinished, vi } from "vitest";
import { bundle } from "../../../helpers/run-script";
import { scratchFolder } from "../../../helpers/scratch-folder";

export const SLOW = { timeout: 15_000, interval: 20 };

/** Path of the bundled command. */
export const commandPath = (): Promise<string> =>
  bundle(new URL("../../../../src/cli/main.ts", import.meta.url));

export async function platformWithWorkspace() {
  const platform = await startPlatform();
  onTestFinished(() => platform.close());
  return { platform, me: platform.addWorkspace({ name: "Me", deliveryMode: "poll" }) };
}

/** The environment of a server for this workspace, with a folder of its own. */
export async function environmentOf(platform: TestPlatform, me: TestWorkspace) {
  return {
    PLATFORM_URL: platform.url,
    WORKSPACE_ID: me.id,
    MOLECULE_WORKSPACE_TOKEN: String(me.token),
    CONFIGS_DIR: await scratchFolder(),
  };
}

/** The hosts of today: the older official client, the newer one, and the newer one in the stateless era. */
export const HOSTS = ["sdk 1.32", "client 2.4", "client 2.4, 2026-07-28"] as const;
export type Host = (typeof HOSTS)[number];

export interface PushedMessage {
  method: string;
  params?: { content?: string; meta?: Record<string, string> };
}

/** What tests use of a host; the same for the clients of both libraries. */
export interface HostedServer {
  readonly client: Pick<Client, "listTools" | "getInstructions" | "getServerCapabilities">;
  call(name: ToolName, input?: Record<string, unknown>): Promise<{ text: string; isError: boolean }>;
  readonly pushed: readonly PushedMessage[];
  /** What it has written to standard error so far. */
  log(): string;
  kill(signal: NodeJS.Signals): void;
  /** Closes the server's standard input and waits for its end. */
  close(): Promise<void>;
}

/** Node's option to run this code before the server. */
export const preload = (code: string): string[] => [
  "--import",
  `data:text/javascript,${encodeURIComponent(code)}`,
];

/** With it the server waits a tenth of the time between its attempts. */
export const SHORT_WAITS = preload(
  "const { setTimeout } = globalThis; globalThis.setTimeout = (run, ms) => setTimeout(run, ms / 10);",
);

/** Starts the server as a host does, and connects to it. */
export async function startHost(
  env: Record<string, string>,
  host: Host = "client 2.4",
  nodeArgs: readonly string[] = [],
): Promise<HostedServer> {
  const params = {
    command: process.execPath,
    args: [...nodeArgs, await commandPath(), "mcp"],
    env,
    stderr: "pipe" as const,
  };
  const info = { name: "host", version: "1.0.0" };
  const pushed: PushedMessage[] = [];
  const take = async (notification: unknown) => void pushed.push(notification as PushedMessage);
  const older = host === "sdk 1.32";
  const transport = older ? new OlderTransport(params) : new StdioClientTransport(params);
  const versionNegotiation = { mode: host === "client 2.4" ? "legacy" : { pin: "2026-07-28" } } as const;
  const client = older ? new OlderClient(info) : new Client(info, { versionNegotiation });
  client.fallbackNotificationHandler = take;
  let log = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    log += chunk;
  });
  onTestFinished(() => client.close());
  await client.connect(transport as never);
  const { pid } = transport;
  return {
    client: client as HostedServer["client"],
    async call(name, input = {}) {
      const { content, isError } = await client.callTool({ name, arguments: input });
      const [first] = content as { text: string }[];
      return { text: first?.text ?? "", isError: isError === true };
    },
    pushed,
    log: () => log,
    kill: (signal) => void process.kill(Number(pid), signal),
    close: () => client.close(),
  };
}

/** Resolves once the platform has the workspace registered and its inbox was read. */
export const untilReading = (platform: TestPlatform, { id }: TestWorkspace) =>
  vi.waitFor(() => {
    const reads = platform.requests.filter(({ path }) => path.startsWith(`/workspaces/${id}/activity`));
    if (reads.length === 0) throw new Error("the inbox was not read yet");
  }, SLOW);
