import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { type A2AClient, type A2AClientOptions, type A2AError, createA2AClient, isA2AError } from "a2a-peers";

export const WORKSPACE_ID = randomUUID();
export const PEER_ID = randomUUID();

/** Delays too short to notice, and no jitter. */
export const QUICK_RETRY = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 1, jitter: 0 } as const;

/** A client that does not wait long for anything. Options of a section replace the section. */
export function quickClient(platformUrl: string, options: A2AClientOptions = {}): A2AClient {
  return createA2AClient({
    platformUrl,
    workspaceId: WORKSPACE_ID,
    token: "token-of-the-tests",
    retry: QUICK_RETRY,
    timeouts: { sendMs: 5000, requestMs: 5000 },
    ...options,
  });
}

/** Waits for a call that has to fail with an error of the package. */
export async function failureOf(promise: Promise<unknown>): Promise<A2AError> {
  const error = await rejectionOf(promise);
  if (isA2AError(error)) return error;
  throw new Error(`Expected an A2AError, got ${String(error)}`, { cause: error });
}

/** Waits for a call that has to fail with anything. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`Expected a rejection, got ${JSON.stringify(value)}`);
}

const PATIENCE_MS = 5000;

/** Waits, without a timer of its own, until `holds`. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}`);
    await setImmediate();
  }
}

/** What the process holds open of one kind, for example `Timeout` or `TCPSocketWrap`. */
export function resources(kind: string): number {
  return process.getActiveResourcesInfo().filter((each) => each === kind).length;
}
