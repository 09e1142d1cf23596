import type { A2AError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { sanitizeLine } from "../text/sanitize";
import type { DelegationResult } from "./result";

/** More results than these at once come in one message. */
const MOST_SINGLE = 3;
/** Lines of such a message. */
const MOST_LISTED = 10;
const LONGEST_SUMMARY = 100;
const LONGEST_PREVIEW = 200;
const MOST_TRIES = 5;
/** Messages that wait for a platform that refuses them. */
const MOST_WAITING = 50;

export interface NotifierOptions {
  workspaceId: string;
  /** Shows a message to the human. Resolves to what went wrong, if anything did; rejects when it was called off. */
  show(message: string): Promise<A2AError | undefined>;
  emit: Emit<HeartbeatEvent>;
}

interface Notice {
  readonly message: string;
  readonly tries: number;
}

/** Tells the human behind the workspace of results. What surely was not shown is shown later; nothing is shown twice. */
export interface Notifier {
  add(results: readonly DelegationResult[]): void;
  /** Shows what waits, one after the other. Does nothing while that goes on. */
  flush(): void;
  /** Resolves when nothing is being shown. */
  idle(): Promise<void>;
}

export function createNotifier({ workspaceId, show, emit }: NotifierOptions): Notifier {
  let waiting: readonly Notice[] = [];
  let underWay: Promise<void> | undefined;

  async function showAll(): Promise<void> {
    const again: Notice[] = [];
    try {
      while (waiting.length > 0) {
        const [notice, ...rest] = waiting as readonly [Notice, ...Notice[]];
        waiting = rest;
        const error = await show(notice.message);
        if (error === undefined) continue;
        const mayRepeat = error.delivery === "not-sent" && (error.retryable || error.code === "unauthorized");
        if (mayRepeat && notice.tries < MOST_TRIES) {
          again.push({ ...notice, tries: notice.tries + 1 });
          continue;
        }
        const { code, message: reason } = error;
        emit({ type: "delegations.notify_failed", workspaceId, code, reason });
      }
    } finally {
      waiting = [...again, ...waiting];
    }
  }

  return {
    add(results) {
      const messages = results.length > MOST_SINGLE ? [together(results)] : results.map(single);
      waiting = [...waiting, ...messages.map((message) => ({ message, tries: 1 }))].slice(-MOST_WAITING);
    },
    flush() {
      const over = () => {
        underWay = undefined;
      };
      // It rejects when it is called off; those behind wait for the next time.
      underWay ??= showAll().then(over, over);
    },
    async idle() {
      await underWay;
    },
  };
}

function single({ status, summary, response_preview: preview }: DelegationResult): string {
  const told = `Delegation ${cut(status, 40)}: ${cut(summary, LONGEST_SUMMARY)}`;
  return preview === "" ? told : `${told}\nResult: ${cut(preview, LONGEST_PREVIEW)}`;
}

function together(results: readonly DelegationResult[]): string {
  const failed = results.filter(({ status }) => status === "failed").length;
  const head = `${results.length} delegations finished: ${results.length - failed} completed, ${failed} failed`;
  const lines = results
    .slice(0, MOST_LISTED)
    .map(({ status, summary }) => `- ${cut(status, 40)}: ${cut(summary, LONGEST_SUMMARY)}`);
  if (results.length > MOST_LISTED) lines.push(`- and ${results.length - MOST_LISTED} more`);
  return [head, ...lines].join("\n");
}

/** Whole characters. */
function cut(text: string, most: number): string {
  return [...sanitizeLine(text)].slice(0, most).join("");
}
