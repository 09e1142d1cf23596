import { type A2AClient, type AgentCard, isA2AError } from "a2a-peers";

export interface RegisterOptions {
  readonly client: Pick<A2AClient, "register">;
  readonly workspaceId: string;
  readonly card: AgentCard;
  readonly signal: AbortSignal;
  /** Called with what went wrong, whenever that is something new, and whether it is tried again. */
  onFailed(error: Error, isTriedAgain: boolean): void;
}

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;

/** Codes with which no later attempt can succeed. */
const FINAL: ReadonlySet<string> = new Set(["workspace_removed", "configuration", "invalid_argument"]);

/**
 * Registers a workspace in poll mode, again and again with growing pauses until the platform takes it. Resolves to
 * false when `signal` is aborted, or when no attempt can succeed.
 */
export async function registerUntilTaken(options: RegisterOptions): Promise<boolean> {
  const { client, workspaceId, card, signal, onFailed } = options;
  let reported: string | undefined;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
    try {
      await client.register({ agentCard: card, deliveryMode: "poll" }, { source: workspaceId, signal });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (!isA2AError(error)) throw error;
      const isFinal = FINAL.has(error.code);
      if (reported !== error.code) onFailed(error, !isFinal);
      reported = error.code;
      if (isFinal) return false;
      await pause(Math.max(delayMs * (0.75 + 0.5 * Math.random()), error.retryAfterMs ?? 0), signal);
    }
  }
}

/** Resolves after `ms` milliseconds, or at once when the signal is aborted. Does not keep the process alive. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms).unref();
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
  });
}
