import type { ClientInternals } from "../../client/internals";
import type { A2AError } from "../../errors";
import type { Workspace } from "../../identity/workspaces";
import type { UnannouncedResult } from "../results-state";
import { formatWakeUp } from "./message";
import { createParentLookup } from "./parent";

export interface WakeUpSenderOptions {
  internals: ClientInternals;
  workspace: Workspace;
  /** Lets the message quote what peers wrote. */
  summaries: boolean;
  /** Path of the results file, if there is one. */
  path: string | undefined;
  /** Limit of each question for the parent, in milliseconds. */
  timeoutMs: number;
}

/**
 * Sends a wake-up message to the own agent, and calls `onSending` right before it goes out. Resolves to the error when it fails; rejects with the signal's reason when
 * it is aborted.
 */
export type SendWakeUp = (
  results: readonly UnannouncedResult[],
  messageId: string,
  onSending: () => Promise<void>,
  signal: AbortSignal,
) => Promise<A2AError | undefined>;

/** How long to wait for the agent's answer, in milliseconds. The answer itself is not used. */
const ANSWER_TIMEOUT_MS = 120_000;

export function createWakeUpSender(options: WakeUpSenderOptions): SendWakeUp {
  const { internals, workspace, summaries, path, timeoutMs } = options;
  const lookUpParent = createParentLookup(internals.requests, workspace);
  return async (results, messageId, onSending, signal) => {
    const parent = await lookUpParent({ timeoutMs, signal });
    // Stored results may have summaries from a time when they were wanted.
    const listed = summaries ? results : results.map(({ id, status }) => ({ id, status }));
    const text = formatWakeUp({ results: listed, path, parent });
    // For runtimes that recognise the message without reading its text.
    const metadata = { kind: "delegation_results", delegation_ids: results.map(({ id }) => id) };
    const limits = { timeoutMs: ANSWER_TIMEOUT_MS, signal };
    signal.throwIfAborted();
    await onSending();
    return internals.messageSelf(workspace, { text, messageId, metadata }, limits);
  };
}
