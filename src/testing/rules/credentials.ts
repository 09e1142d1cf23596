import { randomBytes, randomUUID } from "node:crypto";
import type { JsonObject } from "../json";
import type { PlatformState } from "../model/state";
import type { Token, Workspace } from "../model/workspace";

/** Creates the secret of a token or an inbound secret: 32 random bytes in base64url, 43 characters. */
export function createSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Issues the first token of a workspace; undefined for a workspace that has one. */
export function issueFirstToken(state: PlatformState, workspace: Workspace): string | undefined {
  return requiresToken(workspace) ? undefined : issueToken(state, workspace);
}

/** Issues one more token. A removed workspace gets one too, which is never accepted. */
export function issueToken(state: PlatformState, workspace: Workspace): string {
  const secret = createSecret();
  if (workspace.status === "removed") workspace.hasUnusableToken = true;
  else addToken(state, workspace, secret);
  return secret;
}

/** Revokes every token, and makes `secret` the only live one unless it is null. */
export function replaceTokens(state: PlatformState, workspace: Workspace, secret: string | null): void {
  workspace.tokens.length = 0;
  if (secret !== null) addToken(state, workspace, secret);
}

function addToken(state: PlatformState, workspace: Workspace, secret: string): void {
  workspace.tokens.push({ id: randomUUID(), secret, createdAt: state.timestamp(), lastUsedAt: null });
}

/** Whether requests of a workspace need a bearer token. A removal revokes all tokens. */
export function requiresToken(workspace: Workspace): boolean {
  return workspace.status === "removed" ? workspace.hasUnusableToken : workspace.tokens.length > 0;
}

/** The tokens that are accepted, oldest first. */
export function getLiveTokens(workspace: Workspace): readonly Token[] {
  return workspace.status === "removed" ? [] : workspace.tokens;
}

/** Whether a secret is a live token of the workspace; if so, it is marked as used now. */
export function acceptToken(state: PlatformState, workspace: Workspace, secret: string): boolean {
  const token = getLiveTokens(workspace).find((each) => each.secret === secret);
  if (token !== undefined) token.lastUsedAt = state.timestamp();
  return token !== undefined;
}

/**
 * The response field with the inbound secret, with which the platform authenticates to the agent; no field where
 * there is none.
 */
export function inboundSecretField(state: PlatformState, workspace: Workspace | undefined): JsonObject {
  if (!state.differences.hasInboundSecret || workspace === undefined) return {};
  const { status, inboundSecret } = workspace;
  return status === "removed" || inboundSecret === "" ? {} : { platform_inbound_secret: inboundSecret };
}

/** The header with which the platform signs a request to the agent of a workspace; none where it has no secret. */
export function inboundSignature(state: PlatformState, { inboundSecret }: Workspace): Record<string, string> {
  if (!state.differences.hasInboundSecret || inboundSecret === "") return {};
  return { authorization: `Bearer ${inboundSecret}` };
}
