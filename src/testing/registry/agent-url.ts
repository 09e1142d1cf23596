import { BlockList, isIP, isIPv4 } from "node:net";
import type { DeployMode, PlatformState } from "../state";

interface Range {
  readonly list: BlockList;
  readonly label: string;
}

const LOOPBACK = [range("127.0.0.0/8", "loopback address"), range("::1/128", "IPv6 loopback address")];

const NEVER = [
  range("169.254.0.0/16", "link-local address (cloud metadata endpoint)"),
  range("fe80::/10", "IPv6 link-local address (cloud metadata analogue)"),
  range("192.0.2.0/24", "TEST-NET-1 documentation range (RFC-5737)"),
  range("198.51.100.0/24", "TEST-NET-2 documentation range (RFC-5737)"),
  range("203.0.113.0/24", "TEST-NET-3 documentation range (RFC-5737)"),
  range("100.64.0.0/10", "carrier-grade NAT address (RFC-6598)"),
  range("224.0.0.0/4", "IPv4 multicast address"),
  range("fc00::/8", "IPv6 ULA non-routable prefix (fc00::/8)"),
  range("2001:db8::/32", "IPv6 documentation address (RFC-3849 reserved)"),
];

/** Private networks, where the agents of a hosted platform live, and nobody else's. */
const PRIVATE = [
  range("10.0.0.0/8", "RFC-1918 private address"),
  range("172.16.0.0/12", "RFC-1918 private address"),
  range("192.168.0.0/16", "RFC-1918 private address"),
  range("fd00::/8", "IPv6 ULA address (RFC-4193 private)"),
];

type UrlRules = Pick<PlatformState, "deployMode" | "allowLoopback" | "resolve">;

/** Why an agent may not register this URL, or nothing. */
export async function objectionTo(url: string, rules: UrlRules): Promise<string | undefined> {
  if (url === "") return "url is required";
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? "";
  if (!URL.canParse(url) && scheme !== "") return `url is not valid: parse "${url}"`;
  if (scheme !== "http" && scheme !== "https") return `url scheme must be http or https, got "${scheme}"`;
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0) {
    const label = labelOf(host, rules);
    return label && `url targets a blocked address: ${label}`;
  }
  // The platform takes this name without looking it up.
  return host === "localhost" ? undefined : await objectionToName(host, rules);
}

/** Every address of a name must pass. */
async function objectionToName(host: string, rules: UrlRules): Promise<string | undefined> {
  try {
    for (const address of await rules.resolve(host)) {
      const label = labelOf(address, rules);
      if (label !== undefined) return `hostname "${host}" resolves to forbidden address: ${label}`;
    }
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `hostname "${host}" cannot be resolved (DNS error): ${reason}`;
  }
}

function labelOf(address: string, rules: UrlRules): string | undefined {
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  return forbidden(rules).find(({ list }) => list.check(address, family))?.label;
}

function forbidden({
  deployMode,
  allowLoopback,
}: {
  deployMode: DeployMode;
  allowLoopback: boolean;
}): Range[] {
  return [...NEVER, ...(allowLoopback ? [] : LOOPBACK), ...(deployMode === "saas" ? [] : PRIVATE)];
}

function range(subnet: string, label: string): Range {
  const [address = "", bits] = subnet.split("/");
  const list = new BlockList();
  list.addSubnet(address, Number(bits), isIPv4(address) ? "ipv4" : "ipv6");
  return { list, label };
}
