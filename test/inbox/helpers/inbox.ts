import { type A2AClient, type A2AClientOptions, createA2AClient } from "a2a-peers";
import { createInbox, type Inbox, type InboxEvent, type InboxOptions } from "a2a-peers/inbox";
import { startPlatform, type TestPlatform, type TestWorkspace } from "a2a-peers/testing";
import { onTestFinished } from "vitest";
import { scratchFolder } from "../../helpers/scratch-folder";

/** An inbox with what it was made of. */
export interface TestInbox {
  readonly inbox: Inbox;
  readonly client: A2AClient;
  readonly events: readonly InboxEvent[];
  readonly stateDir: string;
}

/** Starts a platform that ends with the test. */
export async function platformForTest(): Promise<TestPlatform> {
  const platform = await startPlatform();
  onTestFinished(() => platform.close());
  return platform;
}

/** Opens an inbox that reads every few milliseconds and ends with the test. */
export async function openInbox(
  platform: TestPlatform,
  workspace: TestWorkspace,
  options: InboxOptions = {},
  clientOptions: A2AClientOptions = {},
): Promise<TestInbox> {
  const stateDir = options.stateDir ?? (await scratchFolder());
  const events: InboxEvent[] = [];
  const client = createA2AClient({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    token: workspace.token ?? undefined,
    ...clientOptions,
  });
  const inbox = createInbox(client, {
    pollIntervalMs: 10,
    idleIntervalMs: 20,
    onEvent: (event) => events.push(event),
    ...options,
    stateDir,
  });
  onTestFinished(() => client.close());
  return { inbox, client, events, stateDir };
}

/** Takes `count` messages and acknowledges each. */
export async function takeAll(inbox: Inbox, count: number): Promise<string[]> {
  const texts: string[] = [];
  const acknowledged: Promise<void>[] = [];
  while (texts.length < count) {
    // Each message is flushed to the disk, which takes long when others use it too.
    const message = await inbox.receive({ timeoutMs: 15_000 });
    if (message === null) break;
    texts.push(message.text);
    // Not awaited, so that one write stores it and the next delivery.
    acknowledged.push(message.ack());
  }
  await Promise.all(acknowledged);
  return texts;
}

export const ofType = <Type extends InboxEvent["type"]>(events: readonly InboxEvent[], type: Type) =>
  events.filter((event): event is Extract<InboxEvent, { type: Type }> => event.type === type);

/** The time of the platform in microseconds, `offsetMs` milliseconds from now. */
export const timestamp = (offsetMs: number, microseconds = 0): string =>
  new Date(Date.now() + offsetMs).toISOString().replace("Z", `${String(microseconds).padStart(3, "0")}Z`);

export const textBody = (text: string, message: Record<string, unknown> = {}) => ({
  jsonrpc: "2.0",
  id: "1",
  method: "message/send",
  params: { message: { role: "user", messageId: text, parts: [{ kind: "text", text }], ...message } },
});
