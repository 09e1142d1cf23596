import type { JsonObject } from "../json";
import type { PlatformState } from "../model/state";
import type { Token } from "../model/workspace";
import { getLiveTokens, issueToken } from "../rules/credentials";
import { findWorkspace } from "../store";
import type { RouteContext } from "./context";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const MAX_TOKENS = 50;
const PREFIX_LENGTH = 8;

/** The live tokens of a workspace, newest first, without their secrets. */
export function listTokens(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/tokens">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    const limit = Math.min(parseNumber(c.req.query("limit")) || DEFAULT_LIMIT, MAX_LIMIT);
    const offset = parseNumber(c.req.query("offset"));
    const live = workspace === undefined ? [] : getLiveTokens(workspace).toReversed();
    const tokens = live.slice(offset, offset + limit).map(toWireToken);
    return c.json({ tokens, count: tokens.length });
  };
}

function toWireToken({ id, secret, createdAt, lastUsedAt }: Token): JsonObject {
  return { id, prefix: secret.slice(0, PREFIX_LENGTH), created_at: createdAt, last_used_at: lastUsedAt };
}

function parseNumber(text = ""): number {
  return /^\d+$/.test(text) ? Number(text) : 0;
}

/** Issues one more token. The 429 for too many has no `Retry-After`, because waiting does not help. */
export function createToken(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/tokens">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    if (workspace === undefined) return c.json({ error: "failed to create token" }, 500);
    if (getLiveTokens(workspace).length >= MAX_TOKENS) {
      return c.json({ error: `maximum ${MAX_TOKENS} active tokens per workspace` }, 429);
    }
    const secret = issueToken(state, workspace);
    const message = "Save this token now, it is not shown again.";
    return c.json({ auth_token: secret, workspace_id: workspace.id, message }, 201);
  };
}

export function revokeToken(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/tokens/:token_id">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    const index = workspace?.tokens.findIndex(({ id }) => id === c.req.param("token_id").toLowerCase()) ?? -1;
    if (workspace === undefined || index < 0) {
      return c.json({ error: "token not found or already revoked" }, 404);
    }
    workspace.tokens.splice(index, 1);
    return c.json({ status: "revoked" });
  };
}
