import type { Clock } from "../runtime/clock";
import { queryToken } from "./query-token";
import type { TokenSource } from "./token-source";

/** Where the token of a workspace may be found. */
export interface TokenLocations {
  /** Queried in this order when a token is needed; the first token found is used. */
  readonly sources: readonly TokenSource[];
  /** Queried last after a token, or the lack of one, was refused. Its errors are dropped: the caller never named it. */
  readonly fallback?: TokenSource | undefined;
}

/** Holds one workspace's token, and finds another one when the platform refuses it. */
export interface TokenHolder {
  /** The token, without a promise once it is known; `undefined` when there is none. */
  get(): string | undefined | Promise<string | undefined>;
  /**
   * Finds a token to use after `refused` was refused. Resolves with one that was not refused before, or `undefined`
   * when there is none. Rejects with the first error of a source when that is all there is.
   */
  refresh(refused: string | undefined): Promise<string | undefined>;
  /** Uses `token` from now on. The platform has just issued it, which it does only when no other one is valid. */
  adopt(token: string): void;
}

/** What a holder knows about the tokens of its workspace. */
interface TokenState {
  /** The token in use; absent until the sources were queried, and without a `token` when they had none. */
  current: { readonly token: string | undefined } | undefined;
  /** The token that the platform issued last. */
  issued: string | undefined;
  /** The first query of the sources, while it is pending. */
  firstQuery: Promise<string | undefined> | undefined;
  /** Tokens that were refused, the oldest first. */
  readonly refused: Set<string>;
  /** Tokens that were in use or refused before the platform issued one: never used again. */
  readonly voided: Set<string>;
}

/** More than there are places for a token; bounds the memory for a source that returns a new one each time. */
const MAX_REFUSED_TOKENS = 16;

/** Queries a source; `undefined` when it has no token. */
type Query = (source: TokenSource) => Promise<string | undefined>;

/** Creates the holder of a workspace's token. `owner` is how errors name the workspace. */
export function createTokenHolder(
  locations: TokenLocations,
  owner: string,
  clock: Clock,
  onRefreshed: () => void,
): TokenHolder {
  const query: Query = (source) => queryToken(source, owner, clock);
  const state: TokenState = {
    current: locations.sources.length === 0 ? { token: undefined } : undefined,
    issued: undefined,
    firstQuery: undefined,
    refused: new Set(),
    voided: new Set(),
  };

  return {
    get() {
      if (state.current !== undefined) return state.current.token;
      state.firstQuery ??= queryInOrder(locations.sources, query).finally(() => {
        state.firstQuery = undefined;
      });
      return state.firstQuery.then((token) => {
        state.current ??= { token };
        return state.current.token;
      });
    },
    refresh: (refused) => refresh(state, locations, query, refused, onRefreshed),
    adopt(token) {
      for (const old of [state.current?.token, ...state.refused]) {
        if (old !== undefined && old !== token) state.voided.add(old);
      }
      state.refused.clear();
      state.issued = token;
      state.current = { token };
    },
  };
}

async function queryInOrder(sources: readonly TokenSource[], query: Query): Promise<string | undefined> {
  for (const source of sources) {
    const token = await query(source);
    if (token !== undefined) return token;
  }
  return undefined;
}

async function refresh(
  state: TokenState,
  locations: TokenLocations,
  query: Query,
  refused: string | undefined,
  onRefreshed: () => void,
): Promise<string | undefined> {
  if (refused !== undefined) rememberRefused(state.refused, refused);
  if (isReplaced(state, refused)) return state.current?.token;
  const errors: unknown[] = [];
  const refusedBefore = new Set<string>();
  for await (const token of findCandidates(state, locations, query, errors)) {
    if (isReplaced(state, refused)) return state.current?.token;
    if (token === undefined || state.voided.has(token)) continue;
    if (!state.refused.has(token)) {
      state.current = { token };
      onRefreshed();
      return token;
    }
    refusedBefore.add(token);
  }
  const next = nextInTurn([...refusedBefore], refused);
  if (next !== undefined) state.current = { token: next };
  if (errors.length > 0) throw errors[0];
  return undefined;
}

/** Yields the token of each place in turn, `undefined` for a place without one, and collects the sources' errors. */
async function* findCandidates(
  state: TokenState,
  { sources, fallback }: TokenLocations,
  query: Query,
  errors: unknown[],
): AsyncGenerator<string | undefined> {
  yield state.issued;
  for (const source of sources) {
    yield await query(source).catch((error: unknown) => {
      errors.push(error);
      return undefined;
    });
  }
  // A failed source explains the refusal better than a token from elsewhere that may be wrong as well.
  if (fallback === undefined || errors.length > 0) return;
  yield await query(fallback).catch(() => undefined);
}

/**
 * The refused token that the next call uses: one refusal may have been a mistake, so they take turns while there is
 * no better one.
 */
function nextInTurn(tokens: readonly string[], refused: string | undefined): string | undefined {
  return refused === undefined ? undefined : tokens[(tokens.indexOf(refused) + 1) % tokens.length];
}

/** Whether another call has found a token worth a try in the meantime. */
function isReplaced({ current, refused: refusedTokens }: TokenState, refused: string | undefined): boolean {
  const token = current?.token;
  return token !== undefined && token !== refused && !refusedTokens.has(token);
}

/** Adds a token as the newest one, and drops the oldest above the limit. */
function rememberRefused(refusedTokens: Set<string>, token: string): void {
  refusedTokens.delete(token);
  refusedTokens.add(token);
  const [oldest] = refusedTokens;
  if (oldest !== undefined && refusedTokens.size > MAX_REFUSED_TOKENS) refusedTokens.delete(oldest);
}
