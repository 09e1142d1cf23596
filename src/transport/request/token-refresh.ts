import { isA2AError } from "../../errors";
import type { TokenHolder } from "../../identity/token-holder";
import type { Call } from "../call";
import { TransportFailure } from "../failure";
import { REFUSED_TOKEN_ADVICE } from "./refusal-check";
import type { Failed, Failure, Result } from "./result";

/** How errors name the source of a token. */
export const TOKEN_SOURCE = "the token source";

/** The token to try next, or why there is none: `error` is set when a token source failed. */
export interface TokenRefresh {
  readonly token?: string | undefined;
  readonly error?: unknown;
}

/** True when the platform refused the token, so that another one may be accepted. */
export function isTokenRefused(result: Result<unknown>): result is Failed {
  return !result.ok && result.failure.code === "unauthorized" && result.failure.status === 401;
}

/**
 * Looks for a token to use instead of `refused`, within the time of the call. A search that takes too long finds
 * nothing: the platform's refusal explains the failure better than a timeout. Rejects when the call is cancelled.
 */
export async function refreshToken(
  tokens: TokenHolder,
  refused: string | undefined,
  call: Call,
): Promise<TokenRefresh> {
  const refresh = tokens.refresh(refused).then(
    (token) => ({ token }),
    (error: unknown) => ({ error }),
  );
  try {
    return await call.waitFor<TokenRefresh>(refresh, TOKEN_SOURCE);
  } catch (error) {
    if (!(error instanceof TransportFailure) || error.kind === "cancelled") throw error;
    return {};
  }
}

/** The refusal of a request that carried no token, which says so and where one was searched. */
export function withoutToken(refusal: Failure, searched: readonly string[] = []): Failure {
  const where = searched.length === 0 ? "" : `: none was found in ${searched.join(", ")}`;
  const sent = `No token was sent${where}.`;
  const further =
    refusal.advice === REFUSED_TOKEN_ADVICE ? "Give the client the token of this workspace." : refusal.advice;
  const advice = further === undefined ? sent : `${sent} ${further}`;
  const detail = refusal.detail && `Authentication to platform failed (HTTP ${refusal.status}). ${advice}`;
  return { ...refusal, advice, detail };
}

/** The platform's refusal, with the failure of the token source as the first thing to mend. */
export function withTokenSourceError(refusal: Failure, error: unknown): Failure {
  if (!isA2AError(error)) return refusal;
  return { ...refusal, advice: `${error.message} ${refusal.advice ?? ""}`.trim() };
}
