import { randomBytes } from "node:crypto";
import type { Workspace } from "../workspace";

/** 32 random bytes in base64url: 43 characters, as the platform makes them. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Mints the first token of a workspace that has none, and returns it this once. */
export function mintFirstToken(workspace: Workspace): string | undefined {
  if (hasToken(workspace)) return undefined;
  const token = newToken();
  // The platform does hand a token to a workspace that was removed; it only never accepts it.
  if (workspace.status === "removed") workspace.hasDeadToken = true;
  else workspace.token = token;
  return token;
}

/** Whether a bearer is asked for. Removing a workspace revokes its tokens. */
export function hasToken(workspace: Workspace): boolean {
  return workspace.status === "removed" ? workspace.hasDeadToken : workspace.token !== null;
}

/** The token that is accepted. */
export function liveToken(workspace: Workspace): string | null {
  return workspace.status === "removed" ? null : workspace.token;
}
