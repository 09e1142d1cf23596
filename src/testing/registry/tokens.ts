import { randomBytes, randomUUID } from "node:crypto";
import type { PlatformState } from "../state";
import type { Workspace } from "../workspace";

/** One of a workspace's live tokens. */
export interface Token {
  readonly id: string;
  readonly secret: string;
  readonly createdAt: string;
  lastUsedAt: string | null;
}

/** 32 random bytes in base64url: 43 characters, as the platform makes them. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** One more live token. */
function mintToken(state: PlatformState, workspace: Workspace, secret = newSecret()): Token {
  const token = { id: randomUUID(), secret, createdAt: state.timestamp(), lastUsedAt: null };
  workspace.tokens.push(token);
  return token;
}

/** Hands out a first token to a workspace that has none, this once. */
export function handOutFirstToken(state: PlatformState, workspace: Workspace): string | undefined {
  return hasToken(workspace) ? undefined : handOutToken(state, workspace);
}

/** Also to a workspace that was removed, whose tokens are never accepted. */
export function handOutToken(state: PlatformState, workspace: Workspace): string {
  if (workspace.status !== "removed") return mintToken(state, workspace).secret;
  workspace.hasDeadToken = true;
  return newSecret();
}

/** Revokes every token, and makes `secret` the only live one if there is one. */
export function replaceTokens(state: PlatformState, workspace: Workspace, secret: string | null): void {
  workspace.tokens.length = 0;
  if (secret !== null) mintToken(state, workspace, secret);
}

/** Whether a bearer is asked for. Removing a workspace revokes its tokens. */
export function hasToken(workspace: Workspace): boolean {
  return workspace.status === "removed" ? workspace.hasDeadToken : workspace.tokens.length > 0;
}

/** The tokens that are accepted, oldest first. */
export function liveTokens(workspace: Workspace): readonly Token[] {
  return workspace.status === "removed" ? [] : workspace.tokens;
}

/** Whether the workspace has such a token, which then was used. */
export function accepts(state: PlatformState, workspace: Workspace, secret: string): boolean {
  const token = liveTokens(workspace).find((each) => each.secret === secret);
  if (token !== undefined) token.lastUsedAt = state.timestamp();
  return token !== undefined;
}
