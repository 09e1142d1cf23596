import type { Next } from "hono";
import type { PlatformState, RateWindow } from "../model/state";
import type { RouteContext } from "../routes/context";

const WINDOW_MS = 60_000;

/** Limits the requests of each address per minute, and states the limit in the response headers. */
export function limitRate(state: PlatformState) {
  return async (c: RouteContext, next: Next): Promise<Response | undefined> => {
    const { rateLimit: limit } = state.process;
    if (limit !== undefined) return limitTo(state, limit, c, next);
    await next();
    // Set last, because some handlers return a response of their own.
    c.header("X-RateLimit-Limit", "unlimited");
    return undefined;
  };
}

async function limitTo(
  state: PlatformState,
  limit: number,
  c: RouteContext,
  next: Next,
): Promise<Response | undefined> {
  const now = state.clock.now();
  const window = currentWindow(state.process.rateWindows, c.env.address, now);
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
}

function currentWindow(windows: Map<string, RateWindow>, address: string, now: number): RateWindow {
  const current = windows.get(address);
  if (current !== undefined && now < current.endsAt) return current;
  const fresh = { endsAt: now + WINDOW_MS, count: 0 };
  windows.set(address, fresh);
  return fresh;
}
