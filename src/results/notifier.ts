import type { A2AError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { sanitizeLine } from "../text/sanitize";
import type { DelegationResult } from "./result";

/** More results than these at once are shown in one message. */
const MAX_SINGLE_MESSAGES = 3;
/** Results listed in such a message. */
const MAX_LISTED = 10;
const MAX_STATUS_LENGTH = 40;
const MAX_SUMMARY_LENGTH = 100;
const MAX_PREVIEW_LENGTH = 200;
const MAX_ATTEMPTS = 5;
const MAX_PENDING = 50;

export interface NotifierOptions {
  workspaceId: string;
  /** Shows a message to the user. Resolves to the error when it fails; rejects when it is aborted. */
  show(message: string): Promise<A2AError | undefined>;
  emit: Emit<HeartbeatEvent>;
}

/**
 * Shows results to the user of the workspace. A message that certainly was not shown is sent again with the next
 * flush, at most five times in all; one that may have been shown is not. Of pending messages the newest 50 are kept.
 */
export interface Notifier {
  add(results: readonly DelegationResult[]): void;
  /** Sends the pending messages one after the other. Does nothing while that is under way. */
  flush(): void;
  /** Resolves when no message is being sent. */
  idle(): Promise<void>;
}

interface Notice {
  readonly message: string;
  /** The next attempt: 1 for the first. */
  readonly attempt: number;
}

interface NotifierState {
  pending: readonly Notice[];
  flushing: Promise<void> | undefined;
}

export function createNotifier(options: NotifierOptions): Notifier {
  const state: NotifierState = { pending: [], flushing: undefined };
  return {
    add(results) {
      const messages =
        results.length > MAX_SINGLE_MESSAGES ? [formatList(results)] : results.map(formatResult);
      const added = messages.map((message) => ({ message, attempt: 1 }));
      state.pending = [...state.pending, ...added].slice(-MAX_PENDING);
    },
    flush() {
      const done = () => {
        state.flushing = undefined;
      };
      // Rejects when it is aborted; the messages not sent yet stay pending.
      state.flushing ??= sendPending(options, state).then(done, done);
    },
    async idle() {
      await state.flushing;
    },
  };
}

async function sendPending(
  { workspaceId, show, emit }: NotifierOptions,
  state: NotifierState,
): Promise<void> {
  const retries: Notice[] = [];
  try {
    while (state.pending.length > 0) {
      const [notice, ...rest] = state.pending as readonly [Notice, ...Notice[]];
      state.pending = rest;
      const error = await show(notice.message);
      if (error === undefined) continue;
      if (isRepeatable(error) && notice.attempt < MAX_ATTEMPTS) {
        retries.push({ ...notice, attempt: notice.attempt + 1 });
        continue;
      }
      const { code, message: reason } = error;
      emit({ type: "delegations.notify_failed", workspaceId, code, reason });
    }
  } finally {
    state.pending = [...retries, ...state.pending];
  }
}

const isRepeatable = ({ delivery, retryable, code }: A2AError): boolean =>
  delivery === "not-sent" && (retryable || code === "unauthorized");

function formatResult({ status, summary, response_preview: preview }: DelegationResult): string {
  const headline = `Delegation ${formatOutcome(status, summary)}`;
  return preview === "" ? headline : `${headline}\nResult: ${truncate(preview, MAX_PREVIEW_LENGTH)}`;
}

function formatList(results: readonly DelegationResult[]): string {
  const failed = countStatus(results, "failed");
  const completed = countStatus(results, "completed");
  const others = results.length - completed - failed;
  const headline = `${results.length} delegations finished: ${completed} completed, ${failed} failed${others === 0 ? "" : `, ${others} with a question or still under way`}`;
  const lines = results
    .slice(0, MAX_LISTED)
    .map(({ status, summary }) => `- ${formatOutcome(status, summary)}`);
  if (results.length > MAX_LISTED) lines.push(`- and ${results.length - MAX_LISTED} more`);
  return [headline, ...lines].join("\n");
}

const countStatus = (results: readonly DelegationResult[], wanted: string): number =>
  results.filter(({ status }) => status === wanted).length;

const formatOutcome = (status: string, summary: string): string =>
  `${truncate(status, MAX_STATUS_LENGTH)}: ${truncate(summary, MAX_SUMMARY_LENGTH)}`;

/** Cleans text and cuts it between code points. */
function truncate(text: string, length: number): string {
  return [...sanitizeLine(text)].slice(0, length).join("");
}
