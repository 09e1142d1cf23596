import type { DeployMode } from "../identity/deploy-mode";
import { builtin } from "../runtime/machine";
import { FORBIDDEN_RANGES, type ForbiddenRange } from "./forbidden-ranges";

type Net = typeof import("node:net");

/** Tells which addresses the platform would call an agent at. */
export interface AddressRules {
  isAddress(host: string): boolean;
  /** The range an address lies in that is forbidden in this mode. */
  forbidden(address: string, mode: DeployMode): ForbiddenRange | undefined;
}

// Made when first needed, and the same for every client.
let rules: AddressRules | undefined;

/** `undefined` where the runtime has no block lists: there the platform judges alone. */
export function addressRules(): AddressRules | undefined {
  const net = builtin("node:net");
  if (net?.BlockList === undefined) return undefined;
  rules ??= createRules(net);
  return rules;
}

function createRules(net: Net): AddressRules {
  const ranges = FORBIDDEN_RANGES.map((range) => ({ range, list: listOf(range, net) }));
  return {
    isAddress: (host) => net.isIP(host) !== 0,
    forbidden(address, mode) {
      // A lookup may name the zone of a link-local address, and not every runtime's block list reads one.
      const [plain = ""] = address.split("%", 1);
      const family = net.isIPv4(plain) ? "ipv4" : "ipv6";
      return ranges.find(
        ({ range, list }) => (range.always || mode === "self-hosted") && list.check(plain, family),
      )?.range;
    },
  };
}

/** A block list takes an IPv4-mapped address for the IPv4 address by itself. */
function listOf({ subnet }: ForbiddenRange, net: Net): InstanceType<Net["BlockList"]> {
  const list = new net.BlockList();
  const [address = "", length] = subnet.split("/");
  const bits = Number(length);
  if (!net.isIPv4(address)) {
    list.addSubnet(address, bits, "ipv6");
    return list;
  }
  list.addSubnet(address, bits, "ipv4");
  // NAT64, IPv4-compatible and 6to4 addresses carry an IPv4 address, and that is where a connection to one of them ends.
  list.addSubnet(`64:ff9b::${address}`, 96 + bits, "ipv6");
  list.addSubnet(`64:ff9b:1::${address}`, 96 + bits, "ipv6");
  list.addSubnet(`::${address}`, 96 + bits, "ipv6");
  list.addSubnet(`2002:${groupsOf(address)}::`, 16 + bits, "ipv6");
  return list;
}

/** An IPv4 address as two groups of an IPv6 one. */
function groupsOf(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
