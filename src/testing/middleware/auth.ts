import type { Next } from "hono";
import type { PlatformState } from "../model/state";
import type { RouteContext } from "../routes/context";
import { acceptToken, requiresToken } from "../rules/credentials";
import { findWorkspace } from "../store";
import { isUuid } from "../text";

/** The error texts of a token check. */
interface TokenErrors {
  readonly missing: string;
  readonly invalid: string;
}

export const WORKSPACE_TOKEN: TokenErrors = {
  missing: "missing workspace auth token",
  invalid: "invalid workspace auth token",
};

export const CALLER_TOKEN: TokenErrors = {
  missing: "missing caller auth token",
  invalid: "invalid caller auth token",
};

const SCHEME = "Bearer ";

/**
 * Checks the bearer token of a workspace, and returns the error to answer with 401. A workspace without a live token
 * passes without one, and so does an unknown one.
 */
export function checkToken(
  errors: TokenErrors,
  state: PlatformState,
  workspaceId: string,
  authorization: string | undefined,
): string | undefined {
  const workspace = findWorkspace(state, workspaceId);
  if (workspace === undefined || !requiresToken(workspace)) return undefined;
  if (parseBearer(authorization) === "") return errors.missing;
  return hasTokenOf(state, workspaceId, authorization) ? undefined : errors.invalid;
}

/**
 * Middleware for routes below `/workspaces/:id`: lets only requests pass that have a live token of that workspace, or
 * the admin token.
 */
export function requireToken(state: PlatformState) {
  return async (c: RouteContext, next: Next): Promise<Response | undefined> => {
    const id = c.req.param("id") ?? "";
    const authorization = c.req.header("authorization");
    if (parseBearer(authorization) === "") return c.json({ error: WORKSPACE_TOKEN.missing }, 401);
    if (!hasAdminToken(state, authorization) && !hasTokenOf(state, id, authorization)) {
      return c.json({ error: WORKSPACE_TOKEN.invalid }, 401);
    }
    // The database rejects such an id. Only the admin token gets here with one.
    if (!isUuid(id)) return c.json({ error: "query failed" }, 500);
    await next();
    return undefined;
  };
}

/** Middleware for the operator's routes: lets only requests with the admin token pass. */
export function requireAdmin(state: PlatformState) {
  return async (c: RouteContext, next: Next): Promise<Response | undefined> => {
    const authorization = c.req.header("authorization");
    if (!hasBearer(authorization)) return c.json({ error: "admin auth required" }, 401);
    if (!hasAdminToken(state, authorization)) return c.json({ error: "invalid admin auth token" }, 401);
    await next();
    return undefined;
  };
}

/** The workspace that a request states as its caller; of several headers the first one. Empty without any. */
export function getCallerId(c: RouteContext): string {
  return c.req.header("x-workspace-id")?.split(",")[0]?.trim() ?? "";
}

export function hasBearer(authorization: string | undefined): boolean {
  return parseBearer(authorization) !== "";
}

export function hasAdminToken(state: PlatformState, authorization: string | undefined): boolean {
  return state.adminToken !== undefined && parseBearer(authorization) === state.adminToken;
}

/** The owner of a token is compared as text: another spelling of its id, as in upper case, is another owner. */
export function hasTokenOf(state: PlatformState, id: string, authorization: string | undefined): boolean {
  const workspace = findWorkspace(state, id);
  return workspace?.id === id && acceptToken(state, workspace, parseBearer(authorization));
}

/** The token of a bearer header; empty for anything else. The scheme is case-sensitive, with exactly one space. */
function parseBearer(authorization: string | undefined): string {
  return authorization?.startsWith(SCHEME) ? authorization.slice(SCHEME.length).trim() : "";
}
