import { isIP } from "node:net";
import type { PlatformState } from "../model/state";
import type { Agent, Workspace } from "../model/workspace";
import { findBlockedRange } from "./address-ranges";

const RUNNING = ["online", "degraded"];
// The platform keeps the URL of an agent that stopped its heartbeats, and still dispatches to it.
const WITH_URL = [...RUNNING, "offline"];

/** The agent of a workspace; undefined where the platform has no URL to dispatch to. */
export function resolveAgent(state: PlatformState, workspace: Workspace): Agent | undefined {
  const { differences } = state;
  const { url, reply, status, cachedUrl } = workspace;
  if (cachedUrl !== null && state.clock.now() < cachedUrl.expiresAt)
    return { kind: "url", url: cachedUrl.url };
  const keepsUrl =
    WITH_URL.includes(status) || (status === "removed" && differences.reachesRemovedWorkspaces);
  if (url !== null && keepsUrl) return { kind: "url", url };
  if (url === null && reply !== null && RUNNING.includes(status)) {
    return { kind: "reply", reply, tasks: workspace.tasks };
  }
  return undefined;
}

/** Whether the agent runs outside the platform; a `reply` is an agent that the platform runs itself. */
export function isExternal(workspace: Workspace): boolean {
  return workspace.url !== null || workspace.reply === null;
}

/** The stored URL; for an agent that the platform runs, its name in the container network. Empty without an agent. */
export function getUrl(workspace: Workspace): string {
  if (workspace.url !== null) return workspace.url;
  return workspace.reply === null ? "" : `http://ws-${workspace.id.slice(0, 12)}:8000`;
}

/** Whether the platform dispatches to an agent: http or https, and no blocked address. */
export function isRoutable(state: PlatformState, workspace: Workspace, agent: Agent): boolean {
  if (agent.kind === "reply") return true;
  // A URL that Node cannot parse fails when the request is sent.
  if (!URL.canParse(agent.url)) return true;
  const { protocol, hostname } = new URL(agent.url);
  if (protocol !== "http:" && protocol !== "https:") return false;
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  const allowLoopback = state.allowLoopback || workspace.urlIsProvisioned;
  // Other names are not resolved: tests must not depend on DNS.
  if (isIP(address) === 0) return allowLoopback || address !== "localhost";
  return findBlockedRange(address, "dispatch", { ...state, allowLoopback }) === undefined;
}
