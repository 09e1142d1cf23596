import type { Next } from "hono";
import type { PlatformState } from "../model/state";
import type { RouteContext } from "../routes/context";

const WINDOW_MS = 60_000;

/** The requests of one address within one minute. */
interface Window {
  readonly endsAt: number;
  count: number;
}

/** Limits the requests of each address per minute, and states the limit in the response headers. */
export function limitRate(state: PlatformState) {
  return state.rateLimit === undefined ? stateNoLimit : limitTo(state, state.rateLimit);
}

async function stateNoLimit(c: RouteContext, next: Next): Promise<undefined> {
  await next();
  // Set last, because some handlers return a response of their own.
  c.header("X-RateLimit-Limit", "unlimited");
}

function limitTo(state: PlatformState, limit: number) {
  const windows = new Map<string, Window>();

  function currentWindow(address: string, now: number): Window {
    const current = windows.get(address);
    if (current !== undefined && now < current.endsAt) return current;
    const fresh = { endsAt: now + WINDOW_MS, count: 0 };
    windows.set(address, fresh);
    return fresh;
  }

  return async (c: RouteContext, next: Next): Promise<Response | undefined> => {
    const now = state.clock.now();
    const window = currentWindow(c.env.address, now);
    window.count += 1;
    const remaining = Math.max(0, limit - window.count);
    const resetSeconds = Math.ceil((window.endsAt - now) / 1000);
    const isRefused = window.count > limit;
    if (!isRefused) await next();
    c.header("X-RateLimit-Limit", String(limit));
    c.header("X-RateLimit-Remaining", String(remaining));
    c.header("X-RateLimit-Reset", String(resetSeconds));
    if (!isRefused) return undefined;
    c.header("Retry-After", String(resetSeconds));
    return c.json({ error: "rate limit exceeded", retry_after: resetSeconds }, 429);
  };
}
