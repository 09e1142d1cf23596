import { afterEach, describe, expect, it } from "vitest";
import { type PlatformOptions, startPlatform, type TestPlatform } from "../../../src/testing/index";
import { call, send } from "../helpers/exchange";
import { register } from "../helpers/registry";

const platforms: TestPlatform[] = [];
afterEach(async () => {
  for (const platform of platforms.splice(0)) await platform.close();
});

async function start(options: PlatformOptions): Promise<TestPlatform> {
  const platform = await startPlatform(options);
  platforms.push(platform);
  return platform;
}

/** The error of a registration with this URL; undefined when it is accepted. */
async function errorFor(url: string, options: PlatformOptions): Promise<unknown> {
  const platform = await start(options);
  const { status, json } = await register(platform, platform.addWorkspace({}), { url });
  const { error } = json as { error?: string };
  expect(status).toBe(error === undefined ? 200 : 400);
  return error;
}

const NO_HOST = 'hostname "" cannot be resolved (DNS error): lookup : no such host';
const BOTH = ["saas", "self-hosted"] as const;

describe.each(BOTH)("on a platform that is %s", (deployMode) => {
  it.each([
    ["http://169.254.169.254/latest", "link-local address (cloud metadata endpoint)"],
    ["http://[fe80::1]:80", "IPv6 link-local address (cloud metadata analogue)"],
    ["http://192.0.2.1", "TEST-NET-1 documentation range (RFC-5737)"],
    ["http://198.51.100.255", "TEST-NET-2 documentation range (RFC-5737)"],
    ["http://203.0.113.7", "TEST-NET-3 documentation range (RFC-5737)"],
    ["http://100.64.0.1", "carrier-grade NAT address (RFC-6598)"],
    ["http://100.127.255.254", "carrier-grade NAT address (RFC-6598)"],
    ["http://224.0.0.1", "IPv4 multicast address"],
    ["http://239.255.255.255", "IPv4 multicast address"],
    ["http://[fc00::1]", "IPv6 ULA non-routable prefix (fc00::/8)"],
    ["http://[2001:db8::1]", "IPv6 documentation address (RFC-3849 reserved)"],
    ["http://[::ffff:169.254.169.254]:80", "link-local address (cloud metadata endpoint)"],
    ["http://[::ffff:a9fe:a9fe]", "link-local address (cloud metadata endpoint)"],
  ])("%s is blocked as %s", async (url, label) => {
    expect(await errorFor(url, { deployMode })).toBe(`url targets a blocked address: ${label}`);
  });

  it.each(["http://8.8.8.8", "https://[2606:4700::1]:8443/a2a", "http://100.128.0.1", "http://0.0.0.0:9"])(
    "%s is accepted",
    async (url) => {
      expect(await errorFor(url, { deployMode })).toBeUndefined();
    },
  );

  it.each<[url: string, error: unknown]>([
    ["ftp://8.8.8.8", 'url scheme must be http or https, got "ftp"'],
    ["remote://no-inbound", 'url scheme must be http or https, got "remote"'],
    ["agent.example", 'url scheme must be http or https, got ""'],
    ["8.8.8.8:9000", expect.stringMatching(/^url is not valid: parse "8\.8\.8\.8:9000": /)],
    ["http://[::1", expect.stringMatching(/^url is not valid: parse "http:\/\/\[::1": /)],
    ["http://8.8.8.8\\@1.1.1.1", expect.stringMatching(/^url is not valid: /)],
    ["http://8.8.8.8/\t", expect.stringMatching(/^url is not valid: /)],
    ["http://", NO_HOST],
    ["http:/x", NO_HOST],
    ["http:///x", NO_HOST],
  ])("%s is refused", async (url, error) => {
    expect(await errorFor(url, { deployMode })).toEqual(error);
  });

  it.each(["http://127.0.0.1:9000", "http://127.9.9.9", "http://[::1]:9000", "http://localhost:9000"])(
    "%s is accepted, because agents in tests listen there",
    async (url) => {
      expect(await errorFor(url, { deployMode })).toBeUndefined();
    },
  );

  it.each([
    ["http://127.0.0.1:9000", "url targets a blocked address: loopback address"],
    ["http://[::1]:9000", "url targets a blocked address: IPv6 loopback address"],
    ["http://[::ffff:127.0.0.1]", "url targets a blocked address: loopback address"],
    ["http://localhost:9000", undefined],
  ])("without `allowLoopback` the error of %s is %j", async (url, error) => {
    expect(await errorFor(url, { deployMode, allowLoopback: false })).toBe(error);
  });
});

describe("private networks", () => {
  it.each([
    ["http://10.0.0.5:8000", "RFC-1918 private address"],
    ["http://172.31.255.255", "RFC-1918 private address"],
    ["http://192.168.1.1", "RFC-1918 private address"],
    ["http://[fd00::1]", "IPv6 ULA address (RFC-4193 private)"],
  ])("accept %s only on a hosted platform", async (url, label) => {
    expect(await errorFor(url, { deployMode: "saas" })).toBeUndefined();
    expect(await errorFor(url, { deployMode: "self-hosted" })).toBe(
      `url targets a blocked address: ${label}`,
    );
  });
});

describe("a host name", () => {
  it("is resolved, and every address is checked", async () => {
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return ["8.8.8.8", "10.0.0.1"];
    };
    const error =
      'hostname "agent.test" resolves to forbidden address: url targets a blocked address: RFC-1918 private address';
    expect(await errorFor("https://agent.test:8443/a2a", { resolve })).toBe(error);
    expect(await errorFor("https://agent.test/", { resolve, deployMode: "saas" })).toBeUndefined();
    expect(asked).toEqual(["agent.test", "agent.test"]);
  });

  it("is refused without an address", async () => {
    const resolve = async () => {
      throw new Error("no such host");
    };
    expect(await errorFor("http://nowhere.test", { resolve })).toBe(
      'hostname "nowhere.test" cannot be resolved (DNS error): no such host',
    );
  });

  it("is not resolved when it is localhost or an address", async () => {
    const resolve = async () => {
      throw new Error("asked");
    };
    for (const url of ["http://localhost:1", "http://8.8.8.8"]) {
      expect(await errorFor(url, { resolve })).toBeUndefined();
    }
  });

  it.each(["LOCALHOST", "localhost.", "2130706433", "0x7f.1", "127.0.0.01", "１２７.0.0.1"])(
    "is also %s, which other parsers read as loopback",
    async (host) => {
      const asked: string[] = [];
      const resolve = async (name: string) => {
        asked.push(name);
        return ["127.0.0.1"];
      };
      expect(await errorFor(`http://${host}:9`, { resolve, allowLoopback: false })).toBe(
        `hostname "${host}" resolves to forbidden address: url targets a blocked address: loopback address`,
      );
      expect(asked).toEqual([host]);
    },
  );

  it("is also an address with a zone, which is checked without DNS", async () => {
    const resolve = async () => {
      throw new Error("asked");
    };
    expect(await errorFor("http://[fe80::1%25eth0]:9", { resolve })).toBe(
      'hostname "fe80::1%eth0" resolves to forbidden address: ' +
        "url targets a blocked address: IPv6 link-local address (cloud metadata analogue)",
    );
    expect(await errorFor("http://[2606:4700::1%25eth0]:9", { resolve })).toBeUndefined();
  });

  it("may resolve to an address with a zone", async () => {
    const resolve = async () => ["fe80::1%eth0"];
    expect(await errorFor("http://agent.test", { resolve })).toMatch(/: IPv6 link-local address /);
  });
});

it.each(["http://8.8.8.8:99999", "http://[2606:4700::1%25eth0]:9"])(
  "may register %s, which then is unreachable",
  async (url) => {
    const platform = await start({});
    const me = platform.addWorkspace({});
    const peer = platform.addWorkspace({});
    expect((await register(platform, peer, { url })).status).toBe(200);
    expect(await send(platform, me, peer)).toMatchObject({
      status: 502,
      json: { error: "failed to reach workspace agent" },
    });
    const headers = { "x-workspace-id": me.id, authorization: `Bearer ${me.token}` };
    expect(await call(`${platform.url}/registry/discover/${peer.id}`, { headers })).toMatchObject({
      status: 200,
      json: { url },
    });
  },
);

it("dispatches to loopback only where the URL may be loopback", async () => {
  const platform = await start({ allowLoopback: false });
  const me = platform.addWorkspace({});
  const peer = platform.addWorkspace({});
  await register(platform, peer, { url: "http://localhost:1" });
  expect(await send(platform, me, peer)).toMatchObject({
    status: 502,
    json: { error: "workspace URL is not publicly routable" },
  });
  const headers = { "x-workspace-id": me.id, authorization: `Bearer ${me.token}` };
  expect(await call(`${platform.url}/registry/discover/${peer.id}`, { headers })).toMatchObject({
    status: 503,
    json: { error: "workspace URL failed safety check" },
  });
  peer.setUrl("http://127.0.0.1:1");
  expect(await send(platform, me, peer)).toMatchObject({
    json: { error: "failed to reach workspace agent" },
  });
});
