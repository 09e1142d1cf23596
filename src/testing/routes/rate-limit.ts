import type { Next } from "hono";
import type { PlatformState } from "../state";
import type { RouteContext } from "./env";

const LIMIT = 600;
const WINDOW_MS = 60_000;

/** Says how much of the minute's allowance is left. Nothing is held back when it is used up. */
export function countRequests(state: PlatformState) {
  let windowEndsAt = Number.NEGATIVE_INFINITY;
  let count = 0;
  return async (c: RouteContext, next: Next): Promise<void> => {
    const now = state.clock.now();
    if (now >= windowEndsAt) {
      windowEndsAt = now + WINDOW_MS;
      count = 0;
    }
    const left = Math.max(0, LIMIT - ++count);
    await next();
    // Set last, because some handlers bring a response of their own.
    c.header("X-RateLimit-Limit", String(LIMIT));
    c.header("X-RateLimit-Remaining", String(left));
    c.header("X-RateLimit-Reset", String(Math.ceil((windowEndsAt - now) / 1000)));
  };
}
