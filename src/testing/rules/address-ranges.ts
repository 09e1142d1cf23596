import { BlockList, isIPv4 } from "node:net";
import type { PlatformSettings } from "../options";

/** Which platforms block a range: `loopback` is those that do not allow loopback addresses. */
type Blocked = "always" | "loopback" | "self-hosted" | "never";

interface AddressRange {
  readonly subnet: string;
  /** For the URL of a registration. */
  readonly register: Blocked;
  /** For dispatching a message, and for the URL that discover returns. */
  readonly dispatch: Blocked;
  /** The name of the range in the error of a registration. */
  readonly label?: string;
}

// The first range that blocks an address gives the label.
// biome-ignore format: one row per range
const RANGES: readonly AddressRange[] = [
  { subnet: "169.254.0.0/16", register: "always", dispatch: "always", label: "link-local address (cloud metadata endpoint)" },
  { subnet: "127.0.0.0/8", register: "loopback", dispatch: "loopback", label: "loopback address" },
  { subnet: "::1/128", register: "loopback", dispatch: "loopback", label: "IPv6 loopback address" },
  { subnet: "fe80::/10", register: "always", dispatch: "always", label: "IPv6 link-local address (cloud metadata analogue)" },
  { subnet: "192.0.2.0/24", register: "always", dispatch: "always", label: "TEST-NET-1 documentation range (RFC-5737)" },
  { subnet: "198.51.100.0/24", register: "always", dispatch: "always", label: "TEST-NET-2 documentation range (RFC-5737)" },
  { subnet: "203.0.113.0/24", register: "always", dispatch: "always", label: "TEST-NET-3 documentation range (RFC-5737)" },
  { subnet: "100.64.0.0/10", register: "always", dispatch: "always", label: "carrier-grade NAT address (RFC-6598)" },
  { subnet: "224.0.0.0/24", register: "always", dispatch: "always", label: "IPv4 multicast address" },
  { subnet: "224.0.0.0/4", register: "always", dispatch: "never", label: "IPv4 multicast address" },
  { subnet: "2001:db8::/32", register: "always", dispatch: "never", label: "IPv6 documentation address (RFC-3849 reserved)" },
  { subnet: "fc00::/8", register: "always", dispatch: "always", label: "IPv6 ULA non-routable prefix (fc00::/8)" },
  { subnet: "fd00::/8", register: "self-hosted", dispatch: "self-hosted", label: "IPv6 ULA address (RFC-4193 private)" },
  { subnet: "10.0.0.0/8", register: "self-hosted", dispatch: "self-hosted", label: "RFC-1918 private address" },
  { subnet: "172.16.0.0/12", register: "self-hosted", dispatch: "self-hosted", label: "RFC-1918 private address" },
  { subnet: "192.168.0.0/16", register: "self-hosted", dispatch: "self-hosted", label: "RFC-1918 private address" },
  { subnet: "0.0.0.0/32", register: "never", dispatch: "always" },
  { subnet: "::/128", register: "never", dispatch: "always" },
  { subnet: "ff01::/16", register: "never", dispatch: "always" },
  { subnet: "ff02::/16", register: "never", dispatch: "always" },
];

const BLOCK_LISTS = RANGES.map((range) => ({ range, list: createBlockList(range.subnet) }));

export type AddressRules = Pick<PlatformSettings, "deployMode" | "allowLoopback">;

/** The first range that blocks an address; undefined for an allowed address. */
export function findBlockedRange(
  address: string,
  use: "register" | "dispatch",
  { deployMode, allowLoopback }: AddressRules,
): AddressRange | undefined {
  const applies: Record<Blocked, boolean> = {
    always: true,
    loopback: !allowLoopback,
    "self-hosted": deployMode === "self-hosted",
    never: false,
  };
  // A block list of IPv4 also matches IPv4-mapped IPv6 addresses.
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  return BLOCK_LISTS.find(({ range, list }) => applies[range[use]] && list.check(address, family))?.range;
}

function createBlockList(subnet: string): BlockList {
  const [address = "", bits] = subnet.split("/");
  const list = new BlockList();
  list.addSubnet(address, Number(bits), isIPv4(address) ? "ipv4" : "ipv6");
  return list;
}
