import type { A2AClient, AgentCard } from "a2a-peers";
import { createHeartbeat, type Heartbeat } from "a2a-peers/heartbeat";
import { createInbox, type Inbox } from "a2a-peers/inbox";
import { registerUntilTaken } from "./register";
import type { Report } from "./report";

/** One workspace of the server: its registration, its beats and its inbox. */
export interface McpWorkspace {
  readonly heartbeat: Heartbeat;
  readonly inbox: Inbox;
  /** Begins to register the workspace, and once it is registered to beat and to read. */
  start(): void;
  /** Ends all of it, with a last beat. */
  stop(): Promise<void>;
}

export function createWorkspace(
  client: A2AClient,
  id: string,
  card: AgentCard,
  report: Report,
): McpWorkspace {
  // Results of delegations are asked for by `check_task_status`.
  const heartbeat = createHeartbeat(client, { source: id, delegations: false });
  const inbox = createInbox(client, { source: id });
  const controller = new AbortController();

  async function connect(): Promise<void> {
    const isRegistered = await registerUntilTaken({
      client,
      workspaceId: id,
      card,
      signal: controller.signal,
      onFailed: (error, isTriedAgain) => report.registrationFailed(id, error, isTriedAgain),
    });
    if (!isRegistered) return;
    report.registered(id);
    heartbeat.start();
    inbox.start();
  }

  return {
    heartbeat,
    inbox,
    start: () => void connect().catch((error: unknown) => report.failed(error)),
    async stop() {
      controller.abort();
      await Promise.all([inbox.stop(), heartbeat.stop()]);
    },
  };
}
