import { isIP } from "node:net";
import { blockedRange } from "../address-ranges";
import type { PlatformState } from "../state";
import type { Agent, Workspace } from "../workspace";

/** Whether the platform dispatches to an agent: http or https, and no address that must not be reached from outside. */
export function isRoutable(state: PlatformState, workspace: Workspace, agent: Agent): boolean {
  if (agent.kind === "reply") return true;
  // What only the platform takes for a URL is found out when it is dialled.
  if (!URL.canParse(agent.url)) return true;
  const { protocol, hostname } = new URL(agent.url);
  if (protocol !== "http:" && protocol !== "https:") return false;
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  const allowLoopback = state.allowLoopback || workspace.urlIsProvisioned;
  // Other names are taken as they are: looking them up would take the tests out of this machine.
  if (isIP(address) === 0) return allowLoopback || address !== "localhost";
  return blockedRange(address, "dispatch", { ...state, allowLoopback }) === undefined;
}
