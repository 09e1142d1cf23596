import type { DeployMode } from "../identity/deploy-mode";
import { builtin } from "../runtime/builtins";
import { FORBIDDEN_RANGES, type ForbiddenRange } from "./forbidden-ranges";

type Net = typeof import("node:net");

/** The platform's rules for the addresses of agents. */
export interface AddressRules {
  isAddress(host: string): boolean;
  /** The forbidden range that contains the address; `undefined` for an address that is allowed in this mode. */
  forbidden(address: string, mode: DeployMode): ForbiddenRange | undefined;
}

// Created when first needed; every client uses the same.
let rules: AddressRules | undefined;

/** `undefined` where the runtime has no `net.BlockList`; addresses are left to the platform there. */
export function addressRules(): AddressRules | undefined {
  const net = builtin("node:net");
  if (net?.BlockList === undefined) return undefined;
  rules ??= createRules(net);
  return rules;
}

function createRules(net: Net): AddressRules {
  const ranges = FORBIDDEN_RANGES.map((range) => ({ range, list: createBlockList(range, net) }));
  return {
    isAddress: (host) => net.isIP(host) !== 0,
    forbidden(address, mode) {
      // A lookup may return the zone of a link-local address, which some runtimes' block lists cannot parse.
      const [plain = ""] = address.split("%", 1);
      const family = net.isIPv4(plain) ? "ipv4" : "ipv6";
      return ranges.find(
        ({ range, list }) => (range.always || mode === "self-hosted") && list.check(plain, family),
      )?.range;
    },
  };
}

/** A block list matches IPv4-mapped addresses by itself. */
function createBlockList({ subnet }: ForbiddenRange, net: Net): InstanceType<Net["BlockList"]> {
  const list = new net.BlockList();
  const [address = "", length] = subnet.split("/");
  const bits = Number(length);
  if (!net.isIPv4(address)) {
    list.addSubnet(address, bits, "ipv6");
    return list;
  }
  list.addSubnet(address, bits, "ipv4");
  // NAT64, IPv4-compatible and 6to4 addresses contain the IPv4 address that a connection to them reaches.
  list.addSubnet(`64:ff9b::${address}`, 96 + bits, "ipv6");
  list.addSubnet(`64:ff9b:1::${address}`, 96 + bits, "ipv6");
  list.addSubnet(`::${address}`, 96 + bits, "ipv6");
  list.addSubnet(`2002:${toIPv6Groups(address)}::`, 16 + bits, "ipv6");
  return list;
}

/** An IPv4 address as two groups of an IPv6 address. */
function toIPv6Groups(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
