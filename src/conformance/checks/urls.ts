import { randomUUID } from "node:crypto";
import { type Check, check, type Version } from "../check";
import { expectError, expectResponse } from "../expect";
import { register } from "../requests";

const BLOCKED: readonly [name: string, url: string, reason: string][] = [
  ["link-local", "http://169.254.169.254/", "link-local address (cloud metadata endpoint)"],
  ["loopback", "http://127.0.0.1:8000", "loopback address"],
  ["loopback-6", "http://[::1]:8080", "IPv6 loopback address"],
  ["link-local-6", "http://[fe80::1]/", "IPv6 link-local address (cloud metadata analogue)"],
  ["test-net-1", "http://192.0.2.1/", "TEST-NET-1 documentation range (RFC-5737)"],
  ["test-net-2", "http://198.51.100.1/", "TEST-NET-2 documentation range (RFC-5737)"],
  ["test-net-3", "http://203.0.113.1/", "TEST-NET-3 documentation range (RFC-5737)"],
  ["carrier-nat", "http://100.127.255.254/", "carrier-grade NAT address (RFC-6598)"],
  ["multicast", "http://239.1.1.1/", "IPv4 multicast address"],
  ["local-6", "http://[fc00::1]/", "IPv6 ULA non-routable prefix (fc00::/8)"],
  ["documentation-6", "http://[2001:db8::1]/", "IPv6 documentation address (RFC-3849 reserved)"],
  ["mapped", "http://[::ffff:169.254.169.254]:80", "link-local address (cloud metadata endpoint)"],
];

const PRIVATE: readonly [name: string, url: string, reason: string][] = [
  ["private-10", "http://10.0.0.5:8000", "RFC-1918 private address"],
  ["private-172", "http://172.31.255.255/", "RFC-1918 private address"],
  ["private-192", "http://192.168.1.1/", "RFC-1918 private address"],
  ["private-6", "http://[fd00::1]/", "IPv6 ULA address (RFC-4193 private)"],
];

// The reason depends on the platform's DNS resolver.
const OWN_NAME =
  /^hostname "LOCALHOST" (resolves to forbidden address: url targets a blocked address: (IPv6 )?loopback address$|cannot be resolved \(DNS error\): )/;

const UNUSUAL: readonly [name: string, title: string, url: string, reason: RegExp][] = [
  ["capital-localhost", "The agent URL http://LOCALHOST:9000 is refused", "http://LOCALHOST:9000", OWN_NAME],
  [
    "number",
    "An agent URL with a decimal number as its host is refused",
    "http://2130706433/",
    /^hostname "2130706433" /,
  ],
  [
    "hexadecimal",
    "An agent URL with a hexadecimal number as its host is refused",
    "http://0x7f.1/",
    /^hostname "0x7f\.1" /,
  ],
  [
    "zone",
    "An agent URL with an IPv6 zone is refused",
    "http://[fe80::1%25eth0]/",
    /^hostname "fe80::1%eth0" resolves to forbidden address: url targets a blocked address: IPv6 link-local address /,
  ],
  ["no-host", "An agent URL without a host is refused", "http:///agent", /^hostname "" cannot be resolved /],
  [
    "backslash",
    "An agent URL with a backslash is refused",
    "http://8.8.8.8\\@1.1.1.1/",
    /^url is not valid: /,
  ],
  ["control", "An agent URL with a control character is refused", "http://8.8.8.8/\t", /^url is not valid: /],
];

/** The error text of each version: 2026-04 gives no reason. */
function reasonIn(version: Version, reason: string | RegExp): string | RegExp {
  return version === "2026-04" ? "invalid request body" : reason;
}

export const URLS: readonly Check[] = [
  check({
    id: "url.scheme",
    title: "An agent URL with the scheme ftp is refused",
    run: async ({ request, version }) => {
      const response = await register(request, { id: randomUUID() }, { url: "ftp://agent.example/" });
      expectError(response, 400, reasonIn(version, 'url scheme must be http or https, got "ftp"'));
    },
  }),
  check({
    id: "url.malformed",
    title: "A malformed agent URL is refused",
    run: async ({ request, version }) => {
      const response = await register(request, { id: randomUUID() }, { url: "http://[::1" });
      expectError(response, 400, reasonIn(version, /^url is not valid: /));
    },
  }),
  check({
    id: "url.unknown-name",
    title: "An agent URL whose host does not resolve is refused",
    run: async ({ request, version }) => {
      const response = await register(request, { id: randomUUID() }, { url: "http://agent.invalid/" });
      expectError(
        response,
        400,
        reasonIn(version, /^hostname "agent.invalid" cannot be resolved \(DNS error\): /),
      );
    },
  }),
  ...UNUSUAL.map(([name, title, url, reason]) =>
    check({
      id: `url.${name}`,
      title,
      run: async ({ request, version }) =>
        expectError(await register(request, { id: randomUUID() }, { url }), 400, reasonIn(version, reason)),
    }),
  ),
  ...BLOCKED.map(([name, url, reason]) =>
    check({
      id: `url.${name}`,
      title: `The agent URL ${url} is refused`,
      run: async ({ request, version }) => {
        const response = await register(request, { id: randomUUID() }, { url });
        expectError(response, 400, reasonIn(version, `url targets a blocked address: ${reason}`));
      },
    }),
  ),
  ...PRIVATE.map(([name, url, reason]) =>
    check({
      id: `url.${name}-refused`,
      title: `The agent URL ${url} is refused in self-hosted mode`,
      needs: ["selfHosted"],
      run: async ({ request, version }) => {
        const response = await register(request, { id: randomUUID() }, { url });
        expectError(response, 400, reasonIn(version, `url targets a blocked address: ${reason}`));
      },
    }),
  ),
  ...PRIVATE.map(([name, url]) =>
    check({
      id: `url.${name}-taken`,
      title: `The agent URL ${url} is accepted in SaaS mode`,
      needs: ["saas", "scratch"],
      run: async ({ request, scratch }) => expectResponse(await register(request, scratch(), { url }), 200),
    }),
  ),
  check({
    id: "url.localhost",
    title: "An agent URL with the host localhost is accepted",
    needs: ["scratch"],
    run: async ({ request, scratch }) =>
      expectResponse(await register(request, scratch(), { url: "http://localhost:9000" }), 200),
  }),
  check({
    id: "url.poll",
    title: "The agent URL is not validated in poll mode",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const fields = { url: "http://169.254.169.254/", delivery_mode: "poll" };
      expectResponse(await register(request, scratch(), fields), 200, { delivery_mode: "poll" });
    },
  }),
];
