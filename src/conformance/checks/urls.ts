import { randomUUID } from "node:crypto";
import { type Check, check, type Version } from "../check";
import { expectAnswer, expectRefusal } from "../expect";
import { register } from "./register";

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

// What is found of a name depends on where the platform looks it up.
const OWN_NAME =
  /^hostname "LOCALHOST" (resolves to forbidden address: url targets a blocked address: (IPv6 )?loopback address$|cannot be resolved \(DNS error\): )/;

const MISREAD: readonly [name: string, title: string, url: string, reason: RegExp][] = [
  ["capital-localhost", "Nor under the name of this machine in capitals", "http://LOCALHOST:9000", OWN_NAME],
  [
    "number",
    "Nor at a number, which is a name without an address",
    "http://2130706433/",
    /^hostname "2130706433" /,
  ],
  ["hexadecimal", "Nor at hexadecimal digits, which are another", "http://0x7f.1/", /^hostname "0x7f\.1" /],
  [
    "zone",
    "Nor at an address with a zone, which is judged like a name",
    "http://[fe80::1%25eth0]/",
    /^hostname "fe80::1%eth0" resolves to forbidden address: url targets a blocked address: IPv6 link-local address /,
  ],
  ["no-host", "Nor at a URL without a host", "http:///agent", /^hostname "" cannot be resolved /],
  ["backslash", "Nor behind a backslash", "http://8.8.8.8\\@1.1.1.1/", /^url is not valid: /],
  ["control", "Nor behind a control character", "http://8.8.8.8/\t", /^url is not valid: /],
];

/** The earlier version does not say what is wrong. */
function reasonIn(version: Version, reason: string | RegExp): string | RegExp {
  return version === "2026-04" ? "invalid request body" : reason;
}

export const URLS: readonly Check[] = [
  check({
    id: "url.scheme",
    title: "An agent is not at an ftp URL",
    run: async ({ ask, version }) => {
      const answer = await register(ask, { id: randomUUID() }, { url: "ftp://agent.example/" });
      expectRefusal(answer, 400, reasonIn(version, 'url scheme must be http or https, got "ftp"'));
    },
  }),
  check({
    id: "url.malformed",
    title: "Nor at what is no URL",
    run: async ({ ask, version }) => {
      const answer = await register(ask, { id: randomUUID() }, { url: "http://[::1" });
      expectRefusal(answer, 400, reasonIn(version, /^url is not valid: /));
    },
  }),
  check({
    id: "url.unknown-name",
    title: "Nor under a name that has no address",
    run: async ({ ask, version }) => {
      const answer = await register(ask, { id: randomUUID() }, { url: "http://agent.invalid/" });
      expectRefusal(
        answer,
        400,
        reasonIn(version, /^hostname "agent.invalid" cannot be resolved \(DNS error\): /),
      );
    },
  }),
  ...MISREAD.map(([name, title, url, reason]) =>
    check({
      id: `url.${name}`,
      title,
      run: async ({ ask, version }) =>
        expectRefusal(await register(ask, { id: randomUUID() }, { url }), 400, reasonIn(version, reason)),
    }),
  ),
  ...BLOCKED.map(([name, url, reason]) =>
    check({
      id: `url.${name}`,
      title: `Nor at ${url}`,
      run: async ({ ask, version }) => {
        const answer = await register(ask, { id: randomUUID() }, { url });
        expectRefusal(answer, 400, reasonIn(version, `url targets a blocked address: ${reason}`));
      },
    }),
  ),
  ...PRIVATE.map(([name, url, reason]) =>
    check({
      id: `url.${name}-refused`,
      title: `Nor, self-hosted, at ${url}`,
      needs: ["selfHosted"],
      run: async ({ ask, version }) => {
        const answer = await register(ask, { id: randomUUID() }, { url });
        expectRefusal(answer, 400, reasonIn(version, `url targets a blocked address: ${reason}`));
      },
    }),
  ),
  ...PRIVATE.map(([name, url]) =>
    check({
      id: `url.${name}-taken`,
      title: `Hosted, it may be at ${url}`,
      needs: ["saas", "scratch"],
      run: async ({ ask, scratch }) => expectAnswer(await register(ask, scratch(), { url }), 200),
    }),
  ),
  check({
    id: "url.localhost",
    title: "The name localhost is taken as it is",
    needs: ["scratch"],
    run: async ({ ask, scratch }) =>
      expectAnswer(await register(ask, scratch(), { url: "http://localhost:9000" }), 200),
  }),
  check({
    id: "url.poll",
    title: "In poll mode nobody looks at the URL",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const said = { url: "http://169.254.169.254/", delivery_mode: "poll" };
      expectAnswer(await register(ask, scratch(), said), 200, { delivery_mode: "poll" });
    },
  }),
];
