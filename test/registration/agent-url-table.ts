/** What becomes of a URL: the beginning of the reason why it is refused, or `null` when it is taken. */
type Verdict = string | null;

export interface UrlCase {
  readonly url: string;
  /** What the client says before it asks a platform of this kind. */
  readonly ours: { readonly "self-hosted": Verdict; readonly saas: Verdict };
  /** What the platform itself says, where that is something else. */
  readonly platform?: { readonly "self-hosted": Verdict; readonly saas: Verdict };
  /** The addresses of the name in it: none for a name that does not exist. */
  readonly addresses?: readonly string[];
}

const both = (verdict: Verdict) => ({ "self-hosted": verdict, saas: verdict });
const taken = (url: string, addresses?: readonly string[]): UrlCase => ({
  url,
  ours: both(null),
  ...(addresses && { addresses }),
});
const refused = (url: string, reason: string, addresses?: readonly string[]): UrlCase => ({
  url,
  ours: both(reason),
  ...(addresses && { addresses }),
});
const blocked = (url: string, label: string) => refused(url, `url targets a blocked address: ${label}`);
const onlyHosted = (url: string, label: string): UrlCase => ({
  url,
  ours: { "self-hosted": `url targets a blocked address: ${label}`, saas: null },
});
/** Refused by the client alone. */
const closedGap = (url: string, label: string): UrlCase => ({
  ...blocked(url, label),
  platform: both(null),
});
/** Refused by the client where the address inside is, which the platform does not look at. */
const carrier = (row: UrlCase): UrlCase => ({ ...row, platform: both(null) });

/** The platform reads no number but a plain one, and no empty host; it looks them up, and what comes of that depends. */
const lookedUp = (row: UrlCase): UrlCase => ({ ...row, platform: both('hostname "') });
/** The platform finds something else wrong with its form. */
const otherForm = (row: UrlCase): UrlCase => ({ ...row, platform: both(INVALID) });

const named = (url: string, label: string, addresses: readonly string[]) =>
  refused(url, `hostname "${new URL(url).hostname}" ${RESOLVES_TO}${label}`, addresses);

const RESOLVES_TO = "resolves to forbidden address: url targets a blocked address: ";

const LINK_LOCAL = "link-local address (cloud metadata endpoint)";
const LOOPBACK = "loopback address";
const LINK_LOCAL_6 = "IPv6 link-local address (cloud metadata analogue)";
const LOOPBACK_6 = "IPv6 loopback address";
const TEST_NET = (number: number) => `TEST-NET-${number} documentation range (RFC-5737)`;
const CARRIER_GRADE = "carrier-grade NAT address (RFC-6598)";
const MULTICAST = "IPv4 multicast address";
const ULA = "IPv6 ULA non-routable prefix (fc00::/8)";
const DOCUMENTATION_6 = "IPv6 documentation address (RFC-3849 reserved)";
const PRIVATE = "RFC-1918 private address";
const PRIVATE_6 = "IPv6 ULA address (RFC-4193 private)";
const UNSPECIFIED = "unspecified IPv4 address (RFC-1122)";
const UNSPECIFIED_6 = "unspecified IPv6 address";
const RESERVED = "reserved IPv4 address (RFC-1112)";
const MULTICAST_6 = "IPv6 multicast address";
const SCHEME = (scheme: string) => `url scheme must be http or https, got "${scheme}"`;
const INVALID = "url is not valid: ";

export const URL_CASES: readonly UrlCase[] = [
  // Public addresses.
  taken("http://8.8.8.8"),
  taken("https://8.8.8.8:8443/a2a?x=1#y"),
  taken("HTTPS://1.1.1.1/a2a"),
  taken("http://user:password@8.8.8.8/"),
  taken("https://[2606:4700::1111]:8443/a2a"),
  taken("http://[2001:db7::1]"),
  taken("http://[2001:db9::1]"),

  // Ranges no platform takes, at both ends, and their neighbours.
  blocked("http://169.254.0.0", LINK_LOCAL),
  blocked("http://169.254.169.254/latest/meta-data", LINK_LOCAL),
  blocked("http://169.254.255.255", LINK_LOCAL),
  taken("http://169.253.255.255"),
  taken("http://169.255.0.0"),
  blocked("http://127.0.0.1:9000", LOOPBACK),
  blocked("http://127.255.255.255", LOOPBACK),
  taken("http://126.255.255.255"),
  taken("http://128.0.0.0"),
  blocked("http://[fe80::]", LINK_LOCAL_6),
  blocked("http://[fe80::1]:80", LINK_LOCAL_6),
  blocked("http://[febf:ffff::1]", LINK_LOCAL_6),
  taken("http://[fec0::1]"),
  blocked("http://[::1]:8080", LOOPBACK_6),
  blocked("http://192.0.2.0", TEST_NET(1)),
  blocked("http://192.0.2.255", TEST_NET(1)),
  taken("http://192.0.3.0"),
  blocked("http://198.51.100.0", TEST_NET(2)),
  blocked("http://198.51.100.255", TEST_NET(2)),
  taken("http://198.51.101.0"),
  blocked("http://203.0.113.0", TEST_NET(3)),
  blocked("http://203.0.113.255", TEST_NET(3)),
  taken("http://203.0.112.255"),
  blocked("http://100.64.0.0", CARRIER_GRADE),
  blocked("http://100.127.255.254", CARRIER_GRADE),
  taken("http://100.63.255.255"),
  taken("http://100.128.0.0"),
  blocked("http://224.0.0.1", MULTICAST),
  blocked("http://239.255.255.255", MULTICAST),
  taken("http://223.255.255.255"),
  blocked("http://[fc00::1]", ULA),
  blocked("http://[fcff:ffff::1]", ULA),
  taken("http://[fbff::1]"),
  blocked("http://[2001:db8::1]", DOCUMENTATION_6),
  blocked("http://[2001:db8:ffff::1]", DOCUMENTATION_6),

  // Private networks, where the agents of a hosted platform live.
  onlyHosted("http://10.0.0.0", PRIVATE),
  onlyHosted("http://10.0.0.5:8000/a2a", PRIVATE),
  onlyHosted("http://10.255.255.255", PRIVATE),
  taken("http://11.0.0.0"),
  onlyHosted("http://172.16.0.0", PRIVATE),
  onlyHosted("http://172.31.255.255", PRIVATE),
  taken("http://172.15.255.255"),
  taken("http://172.32.0.0"),
  onlyHosted("https://192.168.0.1", PRIVATE),
  onlyHosted("https://192.168.255.255", PRIVATE),
  taken("http://192.167.255.255"),
  taken("http://192.169.0.0"),
  onlyHosted("http://[fd00::1]", PRIVATE_6),
  onlyHosted("http://[fdff:ffff::1]", PRIVATE_6),

  // An IPv4-mapped address is the IPv4 address.
  blocked("http://[::ffff:169.254.169.254]:80", LINK_LOCAL),
  blocked("http://[::ffff:a9fe:a9fe]", LINK_LOCAL),
  blocked("http://[0:0:0:0:0:ffff:127.0.0.1]", LOOPBACK),
  onlyHosted("http://[::ffff:10.1.2.3]", PRIVATE),
  taken("http://[::ffff:8.8.8.8]"),

  // Numbers in any notation are the address they mean.
  lookedUp(blocked("http://2130706433", LOOPBACK)),
  lookedUp(blocked("http://0x7f.1", LOOPBACK)),
  lookedUp(blocked("http://0177.0.0.1", LOOPBACK)),
  lookedUp(blocked("http://127.1", LOOPBACK)),
  lookedUp(blocked("http://0xa9fea9fe/latest", LINK_LOCAL)),
  lookedUp(blocked("http://169.254.43518", LINK_LOCAL)),
  otherForm(blocked("http://%31%32%37.0.0.1", LOOPBACK)),
  lookedUp(blocked("http://１２７.0.0.1", LOOPBACK)),
  lookedUp(blocked("http://127.0.0.1.", LOOPBACK)),
  lookedUp(onlyHosted("http://167772165", PRIVATE)),

  // What stands before an @ is no host.
  blocked("http://8.8.8.8@127.0.0.1", LOOPBACK),
  blocked("http://localhost@169.254.169.254", LINK_LOCAL),

  // What the platform lets pass and the client does not.
  closedGap("http://0.0.0.0:9000", UNSPECIFIED),
  closedGap("http://0.255.255.255", UNSPECIFIED),
  taken("http://1.0.0.0"),
  lookedUp(blocked("http://0", UNSPECIFIED)),
  closedGap("http://[::ffff:0.0.0.0]", UNSPECIFIED),
  closedGap("http://[::]:9000", UNSPECIFIED_6),
  closedGap("http://240.0.0.1", RESERVED),
  closedGap("http://255.255.255.255", RESERVED),
  closedGap("http://[ff00::1]", MULTICAST_6),
  closedGap("http://[ff02::1]", MULTICAST_6),
  closedGap("http://[ffff::1]", MULTICAST_6),
  carrier(blocked("http://[64:ff9b::169.254.169.254]", LINK_LOCAL)),
  carrier(blocked("http://[64:ff9b::7f00:1]", LOOPBACK)),
  carrier(onlyHosted("http://[64:ff9b::10.0.0.1]", PRIVATE)),
  carrier(onlyHosted("http://[64:ff9b::172.31.255.255]", PRIVATE)),
  taken("http://[64:ff9b::172.32.0.0]"),
  taken("http://[64:ff9b::8.8.8.8]"),
  carrier(blocked("http://[2002:a9fe:a9fe::1]", LINK_LOCAL)),
  carrier(blocked("http://[2002:7f00:1::]", LOOPBACK)),
  carrier(onlyHosted("http://[2002:c0a8:1::1]", PRIVATE)),
  taken("http://[2002:808:808::1]"),
  carrier(blocked("http://[::127.0.0.1]:9000", LOOPBACK)),
  carrier(blocked("http://[::a9fe:a9fe]", LINK_LOCAL)),
  carrier(onlyHosted("http://[::10.0.0.1]", PRIVATE)),
  carrier(blocked("http://[::2]", UNSPECIFIED)),
  taken("http://[::8.8.8.8]"),
  taken("http://[::1:127.0.0.1]"),
  carrier(blocked("http://[64:ff9b:1::169.254.169.254]", LINK_LOCAL)),
  carrier(blocked("http://[64:ff9b:1::7f00:1]", LOOPBACK)),
  carrier(onlyHosted("http://[64:ff9b:1::192.168.0.1]", PRIVATE)),
  taken("http://[64:ff9b:1::8.8.8.8]"),
  taken("http://[64:ff9b:2::127.0.0.1]"),

  // The form.
  refused("ftp://8.8.8.8", SCHEME("ftp")),
  refused("remote://no-inbound", SCHEME("remote")),
  refused("file:///etc/passwd", SCHEME("file")),
  refused("javascript:alert(1)", SCHEME("javascript")),
  refused("localhost:9000", SCHEME("localhost")),
  refused("agent.example", SCHEME("")),
  refused("/a2a", SCHEME("")),
  refused("//8.8.8.8/a2a", SCHEME("")),
  lookedUp(refused("http://", INVALID)),
  lookedUp(refused("http://:8080", INVALID)),
  refused("http://[::1", INVALID),
  lookedUp(refused("http://1.2.3.999", INVALID)),
  { ...refused("http://8.8.8.8:99999", INVALID), platform: both(null) },
  refused("http://exa mple.test", INVALID),
  lookedUp(refused("http:8.8.8.8", `${INVALID}it has no host`)),
  lookedUp(refused("http:/8.8.8.8", `${INVALID}it has no host`)),
  lookedUp(refused("http:///8.8.8.8", `${INVALID}it has no host`)),
  otherForm(refused("http://8.8.8.8\\@127.0.0.1", `${INVALID}it holds`)),
  otherForm(refused("http://8.8.8.8/\na2a", `${INVALID}it holds`)),
  lookedUp(refused("http://[fe80::1%25eth0]:9000", `${INVALID}it has an IPv6 zone`)),
  otherForm(refused("http://[fe80::1%eth0]", `${INVALID}it has an IPv6 zone`)),
  lookedUp(refused("http://[::1%251]/x%20y", `${INVALID}it has an IPv6 zone`)),
  taken("http://a%5B%25@8.8.8.8/"),
  taken(`http://8.8.8.8/${"x".repeat(2033)}`),
  {
    ...refused(`http://8.8.8.8/${"x".repeat(2034)}`, `${INVALID}it has more than 2048 characters`),
    platform: both(null),
  },

  // Names.
  taken("http://localhost:9000/a2a"),
  taken("http://localhost"),
  taken("http://user@localhost?x"),
  taken("https://agent.test/a2a", ["8.8.8.8", "2606:4700::1111"]),
  named("https://agent.test/a2a", LOOPBACK, ["127.0.0.1"]),
  named("http://agent.test", LINK_LOCAL, ["8.8.8.8", "169.254.169.254"]),
  named("http://agent.test", LINK_LOCAL, ["::ffff:169.254.169.254"]),
  named("http://agent.test", LINK_LOCAL_6, ["fe80::1%eth0"]),
  named("http://localhost.", LOOPBACK, ["127.0.0.1"]),
  named("http://localhost.test", LOOPBACK_6, ["::1"]),
  {
    ...named("http://agent.test:8000", PRIVATE, ["8.8.8.8", "10.0.0.7"]),
    ours: {
      "self-hosted": `hostname "agent.test" ${RESOLVES_TO}${PRIVATE}`,
      saas: null,
    },
  },
  lookedUp(named("http://LOCALHOST:9000", LOOPBACK, ["127.0.0.1"])),
  { ...named("http://agent.test", RESERVED, ["240.0.0.1"]), platform: both(null) },
  refused("http://nowhere.test", 'hostname "nowhere.test" cannot be resolved (DNS error): ', []),
];
