import { type A2AError, settle } from "../errors";
import type { Workspace } from "../identity/workspaces";
import type { BackgroundLimits } from "../validation/options";
import type { MessagingContext } from "./context";
import { sendA2AMessage } from "./send";

/** A message to the own agent. */
export interface SelfMessage {
  text: string;
  messageId: string;
  metadata: Record<string, unknown>;
}

/**
 * Sends a message to the workspace's own agent: in the background, in one attempt, at most once. Resolves to the
 * error when it fails; rejects only with the reason of an aborted signal.
 */
export async function messageSelf(
  context: MessagingContext,
  workspace: Workspace,
  { text, messageId, metadata }: SelfMessage,
  { timeoutMs, signal }: BackgroundLimits,
): Promise<A2AError | undefined> {
  const options = {
    source: workspace.id,
    allowSelf: true,
    messageId,
    metadata,
    delivery: "at-most-once",
    budgetMs: timeoutMs,
    timeoutMs,
    signal,
  } as const;
  const sent = await settle(sendA2AMessage(context, workspace.id, text, options, true));
  return sent.ok ? undefined : sent.error;
}
