import { type A2AClientOptions, createA2AClient } from "a2a-peers";
import { createInbox, type InboxOptions } from "a2a-peers/inbox";
import { type NewWorkspace, startPlatform, type TestWorkspace } from "a2a-peers/testing";
import { createPeerTools, type PeerToolsOptions, type ToolName, type ToolResult } from "a2a-peers/tools";
import { onTestFinished } from "vitest";
import { scratchFolder } from "../helpers/scratch-folder";

/** The one among `tools` that has this name, run with these arguments. */
export type Call = (
  name: ToolName,
  input?: unknown,
  options?: { signal?: AbortSignal },
) => Promise<ToolResult>;

/** An embedded platform with a workspace of the caller, and all that a test of tools needs; closed when it ends. */
export async function startTools(given: { me?: NewWorkspace; client?: A2AClientOptions } = {}) {
  const platform = await startPlatform();
  onTestFinished(() => platform.close());
  const me = platform.addWorkspace({ name: "Me", ...given.me });
  const client = createClient({ workspaceId: me.id, token: me.token, ...given.client });

  function createClient(options: A2AClientOptions) {
    const created = createA2AClient({
      platformUrl: platform.url,
      retry: { baseDelayMs: 1, maxDelayMs: 1, maxAttempts: 2 },
      ...options,
    });
    onTestFinished(() => created.close());
    return created;
  }

  return {
    platform,
    me,
    client,
    createClient,
    addPeer: (peer: NewWorkspace): TestWorkspace => platform.addWorkspace(peer),
    /** An inbox that reads often. */
    async createInbox(options: InboxOptions = {}, owner = client) {
      const stateDir = options.stateDir ?? (await scratchFolder());
      const inbox = createInbox(owner, { pollIntervalMs: 50, idleIntervalMs: 100, ...options, stateDir });
      onTestFinished(() => inbox.stop());
      return inbox;
    },
    tools: (options?: PeerToolsOptions, owner = client): Call => callerOf(createPeerTools(owner, options)),
  };
}

/** Runs tools by their names. */
export function callerOf(tools: ReturnType<typeof createPeerTools>): Call {
  return (name, input = {}, options) => {
    const tool = tools.find((each) => each.name === name);
    if (tool === undefined) throw new Error(`there is no tool ${name}`);
    return tool.run(input, options);
  };
}
