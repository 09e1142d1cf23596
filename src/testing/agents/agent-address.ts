import { BlockList, isIP, isIPv4 } from "node:net";
import type { PlatformState } from "../state";
import type { Agent, Workspace } from "../workspace";

/** Addresses that no platform dispatches to. */
const NEVER = blockList([
  "0.0.0.0/32",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "192.0.2.0/24",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/24",
  "::/128",
  "fc00::/8",
  "fe80::/10",
  "ff01::/16",
  "ff02::/16",
]);

/** Where the agents of tests listen. */
const LOOPBACK = blockList(["127.0.0.0/8", "::1/128"]);

/** Private networks, which a self-hosted platform does not dispatch to either. */
const PRIVATE = blockList(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8"]);

/** Whether the platform dispatches to an agent: http or https, and no address that must not be reached from outside. */
export function isRoutable(state: PlatformState, workspace: Workspace, agent: Agent): boolean {
  if (agent.kind === "reply") return true;
  const { protocol, hostname } = new URL(agent.url);
  if (protocol !== "http:" && protocol !== "https:") return false;
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  const loopback = state.allowLoopback || workspace.urlIsProvisioned;
  // Other names are taken as they are: looking them up would take the tests out of this machine.
  if (isIP(address) === 0) return loopback || address !== "localhost";
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  if (NEVER.check(address, family)) return false;
  if (!loopback && LOOPBACK.check(address, family)) return false;
  return state.deployMode === "saas" || !PRIVATE.check(address, family);
}

function blockList(ranges: string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    list.addSubnet(address, Number(bits), isIPv4(address) ? "ipv4" : "ipv6");
  }
  return list;
}
