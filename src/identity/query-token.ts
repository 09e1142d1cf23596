import { A2AError, configurationError } from "../errors";
import type { Clock } from "../runtime/clock";
import { checkToken, type TokenSource } from "./token-source";

/** A source that hangs is given up after this, in milliseconds, so that the next query has a chance. */
const QUERY_TIMEOUT_MS = 5000;

// One query at a time over all clients of the process that share a source.
const pending = new WeakMap<TokenSource, Promise<string | undefined>>();

/**
 * Queries a token source and checks what it returns; concurrent queries of the same source share one call. Rejects
 * with `configuration` when the source fails, takes longer than 5 seconds or returns what is no token. `owner` is how
 * the error names the workspace.
 */
export function queryToken(source: TokenSource, owner: string, clock: Clock): Promise<string | undefined> {
  const shared = pending.get(source);
  if (shared !== undefined) return shared;
  const query = callSource(source, owner, clock).finally(() => pending.delete(source));
  pending.set(source, query);
  return query;
}

async function callSource(source: TokenSource, owner: string, clock: Clock): Promise<string | undefined> {
  let token: unknown;
  try {
    token = await withTimeout(source(), owner, clock);
  } catch (error) {
    if (error instanceof A2AError) throw error;
    // The message of the source's own error may contain the token, so only its kind is repeated.
    const kind = error instanceof Error ? error.name : typeof error;
    throw configurationError(`The token source of ${owner} failed (${kind}).`);
  }
  if (token === undefined || token === null || token === "") return undefined;
  if (typeof token === "string" && token.trim() === "") return undefined;
  return checkToken(token, `the answer of the token source of ${owner}`);
}

async function withTimeout(token: unknown, owner: string, clock: Clock): Promise<unknown> {
  if (!(token instanceof Promise)) return token;
  let stopTimer: (() => void) | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const message = `The token source of ${owner} gave no answer within ${QUERY_TIMEOUT_MS} ms.`;
    stopTimer = clock.setTimer(() => reject(configurationError(message)), QUERY_TIMEOUT_MS, true);
  });
  return Promise.race([token, timeout]).finally(() => stopTimer?.());
}
