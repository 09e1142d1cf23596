import type { Next } from "hono";
import type { PlatformState } from "../model/state";
import type { RouteContext } from "../routes/context";

/** States the time of the platform's clock, with which the times in its rows agree. */
export function stateDate(state: PlatformState) {
  return async (c: RouteContext, next: Next): Promise<undefined> => {
    await next();
    c.header("Date", new Date(state.timestamp()).toUTCString());
  };
}
