import type { ResponseHead } from "../response";

/** What a platform says about its rate limit for this address. */
export interface RateLimit {
  /** Requests in a window. */
  readonly limit: number;
  readonly remaining: number;
  /** Until the window ends, in milliseconds. */
  readonly resetMs: number;
}

/** Reads the headers `X-RateLimit-*` of a response; `undefined` where they are missing or make no sense. */
export function parseRateLimit(response: ResponseHead): RateLimit | "unlimited" | undefined {
  const limit = response.header("x-ratelimit-limit");
  if (limit === undefined) return undefined;
  if (limit === "unlimited") return "unlimited";
  const [most, remaining, reset] = [
    limit,
    response.header("x-ratelimit-remaining"),
    response.header("x-ratelimit-reset"),
  ].map(parseCount);
  if (most === undefined || remaining === undefined || reset === undefined || most === 0) return undefined;
  return { limit: most, remaining: Math.min(most, remaining), resetMs: reset * 1000 };
}

/** A whole number of at most seven digits: what is longer is no count of requests, and no time within a window. */
function parseCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : undefined;
}
