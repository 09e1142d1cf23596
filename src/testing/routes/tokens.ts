import type { JsonObject } from "../json";
import { handOutToken, liveTokens, type Token } from "../registry/tokens";
import { findWorkspace, type PlatformState } from "../state";
import type { RouteContext } from "./env";

const USUAL_LIMIT = 50;
const HIGHEST_LIMIT = 200;
const MOST_TOKENS = 50;
const PREFIX_LENGTH = 8;

/** The live tokens of a workspace, newest first; never the tokens themselves. */
export function listTokens(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/tokens">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    const limit = Math.min(numberOf(c.req.query("limit")) || USUAL_LIMIT, HIGHEST_LIMIT);
    const offset = numberOf(c.req.query("offset"));
    const live = workspace === undefined ? [] : liveTokens(workspace).toReversed();
    const tokens = live.slice(offset, offset + limit).map(viewOf);
    return c.json({ tokens, count: tokens.length });
  };
}

function viewOf({ id, secret, createdAt, lastUsedAt }: Token): JsonObject {
  return { id, prefix: secret.slice(0, PREFIX_LENGTH), created_at: createdAt, last_used_at: lastUsedAt };
}

function numberOf(text = ""): number {
  return /^\d+$/.test(text) ? Number(text) : 0;
}

/** One more token, shown this once. Waiting does not help who has too many. */
export function createToken(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/tokens">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    if (workspace === undefined) return c.json({ error: "failed to create token" }, 500);
    if (liveTokens(workspace).length >= MOST_TOKENS) {
      return c.json({ error: `maximum ${MOST_TOKENS} active tokens per workspace` }, 429);
    }
    const secret = handOutToken(state, workspace);
    const message = "Save this token now, it is not shown again.";
    return c.json({ auth_token: secret, workspace_id: workspace.id, message }, 201);
  };
}

export function revokeToken(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/tokens/:token_id">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    const place = workspace?.tokens.findIndex(({ id }) => id === c.req.param("token_id").toLowerCase()) ?? -1;
    if (workspace === undefined || place < 0) {
      return c.json({ error: "token not found or already revoked" }, 404);
    }
    workspace.tokens.splice(place, 1);
    return c.json({ status: "revoked" });
  };
}
