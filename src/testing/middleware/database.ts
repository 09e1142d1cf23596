import type { Next } from "hono";
import type { PlatformState } from "../model/state";
import type { RouteContext } from "../routes/context";
import { getCallerId, hasAdminToken, hasBearer, WORKSPACE_TOKEN } from "./auth";

interface Failure {
  readonly status: 200 | 401 | 403 | 500 | 503;
  readonly body: Record<string, unknown>;
}

/**
 * Responds to requests while the database is away. A query that fails often looks like a refusal: an access check
 * denies, and a token is invalid. What needs no database goes on.
 */
export function requireDatabase(state: PlatformState) {
  return async (c: RouteContext, next: Next): Promise<Response | undefined> => {
    const failure = state.process.hasDatabase ? undefined : findFailure(state, c);
    if (failure !== undefined) return c.json(failure.body, failure.status);
    await next();
    return undefined;
  };
}

function findFailure(state: PlatformState, c: RouteContext): Failure | undefined {
  const [, area = "", first = "", second] = c.req.path.split("/");
  if (area === "registry") return findRegistryFailure(c, first, second);
  if (area !== "workspaces") return undefined;
  if (first === "") return undefined;
  if (second === undefined) return failed("query failed");
  if (second === "a2a") return findMessageFailure(c, first);
  return findTokenFailure(state, c);
}

function findRegistryFailure(c: RouteContext, first: string, second = ""): Failure | undefined {
  switch (first) {
    case "register":
      return failed("registration failed");
    case "heartbeat":
      return failed("failed to update");
    case "update-card":
      return failed("failed to update card");
    case "check-access":
      return { status: 200, body: { allowed: false } };
    case "discover":
      if (getCallerId(c) === "") return undefined;
      return getCallerId(c) === second
        ? failed("lookup failed")
        : { status: 403, body: { error: "not authorized to discover this workspace" } };
    default:
      return failed("lookup failed");
  }
}

/** The check of the caller's token passes when its query fails, the one of its access does not. */
function findMessageFailure(c: RouteContext, targetId: string): Failure {
  const callerId = getCallerId(c);
  if (callerId === "" || callerId === targetId) return failed("lookup failed");
  const error = "access denied: workspaces cannot communicate per hierarchy rules";
  return { status: 403, body: { error } };
}

function findTokenFailure(state: PlatformState, c: RouteContext): Failure {
  const authorization = c.req.header("authorization");
  if (!hasBearer(authorization)) return { status: 401, body: { error: WORKSPACE_TOKEN.missing } };
  if (hasAdminToken(state, authorization)) return failed("query failed");
  if (!state.differences.reportsDatabaseErrors) {
    return { status: 401, body: { error: WORKSPACE_TOKEN.invalid } };
  }
  const error = "platform datastore unavailable — retry shortly";
  return { status: 503, body: { error, code: "platform_unavailable" } };
}

function failed(error: string): Failure {
  return { status: 500, body: { error } };
}
