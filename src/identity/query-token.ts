import { type A2AError, configurationError, isA2AError } from "../errors";
import type { Clock } from "../runtime/clock";
import { isThenable } from "../runtime/thenable";
import { checkToken, type TokenSource } from "./token-source";
import { isUnknownSource } from "./unknown-source";

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
    throw sourceError(error, owner);
  }
  if (token === undefined || token === null || token === "") return undefined;
  if (typeof token === "string" && token.trim() === "") return undefined;
  return checkToken(token, `the answer of the token source of ${owner}`);
}

/** The error of a source that failed: always one of this client's configuration, whatever the source has asked. */
function sourceError(error: unknown, owner: string): A2AError {
  if (isA2AError(error)) {
    // The caller has named a workspace that nobody knows.
    if (isUnknownSource(error)) return error;
    // That of a file, of a time limit or of a wrong token says itself what is wrong.
    if (error.code === "configuration" && error.peerId === undefined) return error;
    return configurationError(`The token source of ${owner} failed: ${error.message}`, error);
  }
  return configurationError(`The token source of ${owner} failed (${errorKind(error)}).`);
}

/** What kind of error a function of the user has thrown. Its message may contain a token, so it is not repeated. */
export const errorKind = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

async function withTimeout(token: unknown, owner: string, clock: Clock): Promise<unknown> {
  if (!isThenable(token)) return token;
  let stopTimer: (() => void) | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const message = `The token source of ${owner} gave no answer within ${QUERY_TIMEOUT_MS} ms.`;
    stopTimer = clock.setTimer(() => reject(configurationError(message)), QUERY_TIMEOUT_MS, true);
  });
  return Promise.race([token, timeout]).finally(() => stopTimer?.());
}
