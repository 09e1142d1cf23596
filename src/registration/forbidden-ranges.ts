/** A range of addresses at which the platform calls no agent. */
export interface ForbiddenRange {
  readonly subnet: string;
  /** The platform's name for it, where it has one. */
  readonly label: string;
  /** True when it is forbidden on hosted platforms too, which allow private networks. */
  readonly always: boolean;
  readonly kind: "loopback" | "private" | "other";
}

// biome-ignore format: a table reads best in rows
export const FORBIDDEN_RANGES: readonly ForbiddenRange[] = [
  { subnet: "169.254.0.0/16", label: "link-local address (cloud metadata endpoint)", always: true, kind: "other" },
  { subnet: "127.0.0.0/8", label: "loopback address", always: true, kind: "loopback" },
  { subnet: "fe80::/10", label: "IPv6 link-local address (cloud metadata analogue)", always: true, kind: "other" },
  { subnet: "::1/128", label: "IPv6 loopback address", always: true, kind: "loopback" },
  { subnet: "192.0.2.0/24", label: "TEST-NET-1 documentation range (RFC-5737)", always: true, kind: "other" },
  { subnet: "198.51.100.0/24", label: "TEST-NET-2 documentation range (RFC-5737)", always: true, kind: "other" },
  { subnet: "203.0.113.0/24", label: "TEST-NET-3 documentation range (RFC-5737)", always: true, kind: "other" },
  { subnet: "100.64.0.0/10", label: "carrier-grade NAT address (RFC-6598)", always: true, kind: "other" },
  { subnet: "224.0.0.0/4", label: "IPv4 multicast address", always: true, kind: "other" },
  { subnet: "fc00::/8", label: "IPv6 ULA non-routable prefix (fc00::/8)", always: true, kind: "other" },
  { subnet: "2001:db8::/32", label: "IPv6 documentation address (RFC-3849 reserved)", always: true, kind: "other" },
  { subnet: "10.0.0.0/8", label: "RFC-1918 private address", always: false, kind: "private" },
  { subnet: "172.16.0.0/12", label: "RFC-1918 private address", always: false, kind: "private" },
  { subnet: "192.168.0.0/16", label: "RFC-1918 private address", always: false, kind: "private" },
  { subnet: "fd00::/8", label: "IPv6 ULA address (RFC-4193 private)", always: false, kind: "private" },
  // The platform accepts these, and then reaches no agent, or another one.
  { subnet: "::/128", label: "unspecified IPv6 address", always: true, kind: "loopback" },
  { subnet: "0.0.0.0/8", label: "unspecified IPv4 address (RFC-1122)", always: true, kind: "loopback" },
  { subnet: "240.0.0.0/4", label: "reserved IPv4 address (RFC-1112)", always: true, kind: "other" },
  { subnet: "ff00::/8", label: "IPv6 multicast address", always: true, kind: "other" },
];
