import type { Next } from "hono";
import type { RouteContext } from "../routes/env";
import type { PlatformState } from "../state";

const WINDOW_MS = 60_000;

/** One address, one minute. */
interface Window {
  readonly endsAt: number;
  count: number;
}

/** Says how much each address may ask for; what is more is refused. */
export function limitRate(state: PlatformState) {
  return state.rateLimit === undefined ? announceNone : limitTo(state, state.rateLimit);
}

async function announceNone(c: RouteContext, next: Next): Promise<undefined> {
  await next();
  // Set last, because some handlers bring a response of their own.
  c.header("X-RateLimit-Limit", "unlimited");
}

/** Counts the requests of each address in its minute. */
function limitTo(state: PlatformState, limit: number) {
  const windows = new Map<string, Window>();

  function windowOf(address: string, now: number): Window {
    const current = windows.get(address);
    if (current !== undefined && now < current.endsAt) return current;
    const fresh = { endsAt: now + WINDOW_MS, count: 0 };
    windows.set(address, fresh);
    return fresh;
  }

  return async (c: RouteContext, next: Next): Promise<Response | undefined> => {
    const now = state.clock.now();
    const window = windowOf(c.env.address, now);
    window.count += 1;
    const left = Math.max(0, limit - window.count);
    const seconds = Math.ceil((window.endsAt - now) / 1000);
    const isRefused = window.count > limit;
    if (!isRefused) await next();
    c.header("X-RateLimit-Limit", String(limit));
    c.header("X-RateLimit-Remaining", String(left));
    c.header("X-RateLimit-Reset", String(seconds));
    if (!isRefused) return undefined;
    c.header("Retry-After", String(seconds));
    return c.json({ error: "rate limit exceeded", retry_after: seconds }, 429);
  };
}
