import type { A2AClientOptions, A2AEvent } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createClientOn } from "../../src/client/client";
import { getInternals } from "../../src/client/internals";
import type { HostLookup } from "../../src/registration/host-lookup";
import { systemClock } from "../../src/runtime/clock";
import { failureOf } from "../helpers/failure";
import { OWN, PLATFORM, TOKEN } from "../helpers/ids";
import { virtualClock } from "../helpers/sockets-clock";
import { URL_CASES, type UrlCase } from "./agent-url-table";

const CARD = { name: "me" };
const MODES = ["self-hosted", "saas"] as const;

const noSuchHost = (code = "ENOTFOUND") => Object.assign(new Error(`getaddrinfo ${code}`), { code });

const lookupOf =
  ({ addresses }: { addresses?: UrlCase["addresses"] | undefined }): HostLookup =>
  async (name) => {
    if (addresses === undefined) throw new Error(`nobody should look up ${name}`);
    if (addresses.length === 0) throw noSuchHost();
    return addresses;
  };

/** A client of a platform that takes everything, and what that platform was told. */
function setUp(lookup: HostLookup | undefined, options: A2AClientOptions = {}, clock = systemClock) {
  const urls: unknown[] = [];
  const events: A2AEvent[] = [];
  let requests = 0;
  const client = createClientOn(
    clock,
    {
      platformUrl: PLATFORM,
      workspaceId: OWN,
      token: TOKEN,
      deployMode: "self-hosted",
      onEvent: (event) => events.push(event),
      fetch: async (_, init) => {
        requests += 1;
        if (init?.method === "POST") urls.push(JSON.parse(String(init.body)).url);
        return Response.json({ status: "registered", delivery_mode: "push", id: OWN });
      },
      ...options,
    },
    lookup,
  );
  onTestFinished(() => client.close());
  return { client, urls, events, requests: () => requests };
}

describe.each(MODES)("with a platform that is %s", (deployMode) => {
  it.each(URL_CASES.filter(({ ours }) => ours[deployMode] !== null))(
    "nothing is sent of $url, and the error says why",
    async (row) => {
      const { client, requests } = setUp(lookupOf(row), { deployMode });
      const error = await failureOf(client.register({ url: row.url, agentCard: CARD }));
      expect(error).toMatchObject({ code: "invalid_argument", attempts: 0, retryable: false });
      expect(error.message).toContain("`url`");
      expect(error.detail?.startsWith(row.ours[deployMode] ?? "-"), error.detail).toBe(true);
      expect(error.message).toContain(error.detail);
      expect(error.message).toContain("deliveryMode: 'poll'");
      expect(requests()).toBe(0);
    },
  );

  it.each(URL_CASES.filter(({ ours }) => ours[deployMode] === null))(
    "$url is registered as it is",
    async (row) => {
      const { client, urls } = setUp(lookupOf(row), { deployMode });
      await client.register({ url: row.url, agentCard: CARD });
      expect(urls).toEqual([row.url]);
    },
  );
});

describe.each(MODES)("the platform itself, %s,", (deployMode) => {
  it("refuses no syntax or range that the client accepts", async () => {
    let addresses: readonly string[] | undefined;
    await using platform = await startPlatform({
      deployMode,
      allowLoopback: false,
      resolve: async (name) => [...(await lookupOf({ addresses })(name))],
    });
    for (const row of URL_CASES) {
      addresses = row.addresses;
      const { id } = platform.addWorkspace({ token: null });
      const answer = await fetch(`${platform.url}/registry/register`, {
        method: "POST",
        body: JSON.stringify({ id, url: row.url, agent_card: CARD, delivery_mode: "push" }),
      });
      const { error = null } = (await answer.json()) as { error?: string };
      const expected = (row.platform ?? row.ours)[deployMode];
      expect.soft(error === null, row.url).toBe(expected === null);
      if (error !== null) {
        expect.soft(error.startsWith(expected ?? "-"), `${row.url}: ${error}`).toBe(true);
        if (!error.includes("(DNS error)")) expect.soft(row.ours[deployMode], row.url).not.toBeNull();
      }
    }
  });
});

describe("the advice", () => {
  it.each<[string, string]>([
    [
      "http://127.0.0.1:9000",
      "For a platform in development mode on the same machine use the name `localhost`",
    ],
    ["http://10.0.0.5", "set the client's `deployMode` to 'saas'"],
    ["http://192.0.2.1", "a URL at a public address"],
    ["ftp://8.8.8.8", "an http or https URL"],
  ])("on %s is: %s", async (url, advice) => {
    const { client } = setUp(undefined);
    expect((await failureOf(client.register({ url, agentCard: CARD }))).message).toContain(advice);
  });

  it("about private networks is not given where the mode would not help", async () => {
    const { client } = setUp(undefined, { deployMode: "saas" });
    const error = await failureOf(client.register({ url: "http://127.0.0.1", agentCard: CARD }));
    expect(error.message).not.toContain("deployMode`");
  });
});

describe("a password in the URL", () => {
  it.each([
    "http://me:hunter2@127.0.0.1",
    "http://hunter2@10.0.0.1?key=hunter2",
    "ftp://me:hunter2@8.8.8.8",
    "hunter2:x@8.8.8.8",
    "me:hunter2@8.8.8.8",
    "http://me:hunter2@[::1",
    "http://me:hunter2@[fe80::1%25hunter2]",
    "http://me:hunter2@8.8.8.8\\x",
    "http://me:hunter2@nowhere.test",
  ])("of %s is in no error and in no event", async (url) => {
    const { client, events } = setUp(lookupOf({ addresses: [] }));
    const error = await failureOf(client.register({ url, agentCard: CARD }));
    const told = [error.message, error.detail, error.stack, JSON.stringify(error), JSON.stringify(events)];
    expect(told.join("\n")).not.toContain("hunter2");
  });
});

describe("the URL", () => {
  it("is registered without surrounding white space", async () => {
    const { client, urls } = setUp(undefined);
    await client.register({ url: " http://8.8.8.8/a2a\n", agentCard: CARD });
    expect(urls).toEqual(["http://8.8.8.8/a2a"]);
  });

  it.each(["http://127.0.0.1:9000", "ftp://nowhere", "http://nowhere.test"])(
    "is left alone in poll mode, where the platform ignores it: %s",
    async (url) => {
      const { client, urls } = setUp(lookupOf({}));
      await client.register({ url, agentCard: CARD, deliveryMode: "poll" });
      expect(urls).toEqual([url]);
    },
  );

  it("is checked as for a hosted platform when an organisation is given", async () => {
    const url = "http://10.0.0.1";
    const hosted = setUp(undefined, { deployMode: undefined, orgId: "my-org" });
    await hosted.client.register({ url, agentCard: CARD });
    const own = setUp(undefined, { deployMode: undefined });
    await failureOf(own.client.register({ url, agentCard: CARD }));
    expect([hosted.requests() > 0, own.requests()]).toEqual([true, 0]);
  });
});

describe("a very long URL", () => {
  it.each([
    ["brackets", `http://${"[".repeat(200_000)}`],
    ["user names", `http://${"[@".repeat(100_000)}`],
    ["a scheme", "h".repeat(200_000)],
  ])("of %s is refused at once, and in poll mode registered at once", async (_, url) => {
    const startedAt = performance.now();
    const { client, urls } = setUp(undefined);
    const error = await failureOf(client.register({ url, agentCard: CARD }));
    expect(error.detail).toBe("url is not valid: it has more than 2048 characters");
    await client.register({ url, agentCard: CARD, deliveryMode: "poll" });
    expect(urls).toEqual([url]);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe("the lookup of a host", () => {
  const REGISTRATION = { url: "http://agent.test", agentCard: CARD };

  it.each(["ENOTFOUND", "ENODATA", "EAI_NONAME"])("that ends with %s is a refusal", async (code) => {
    const { client, requests } = setUp(() => Promise.reject(noSuchHost(code)));
    const error = await failureOf(client.register(REGISTRATION));
    expect(error.detail).toContain('hostname "agent.test" cannot be resolved (DNS error)');
    expect(requests()).toBe(0);
  });

  it.each(["EAI_AGAIN", "ETIMEOUT", "ESERVFAIL", "EMFILE"])(
    "that fails with %s leaves the decision to the platform",
    async (code) => {
      const { client, urls } = setUp(() => Promise.reject(noSuchHost(code)));
      await client.register(REGISTRATION);
      expect(urls).toEqual([REGISTRATION.url]);
    },
  );

  it("that takes half of the call's time is given up, and the platform decides", async () => {
    const clock = virtualClock();
    const { client, urls } = setUp(() => new Promise(() => {}), {}, clock);
    await clock.drive(client.register(REGISTRATION, { timeoutMs: 1000 }));
    expect(urls).toEqual([REGISTRATION.url]);
    expect(clock.now()).toBe(500);
    expect(clock.pending).toBe(0);
  });

  it("is that of the operating system by default", async () => {
    const { client, requests } = setUp(undefined);
    const error = await failureOf(client.register({ url: "http://LOCALHOST:1", agentCard: CARD }));
    expect(error.detail).toMatch(
      /^hostname "localhost" resolves to forbidden address: url targets a blocked address: (IPv6 )?loopback/,
    );
    expect(requests()).toBe(0);
  });

  it.each([
    ["node:dns", "http://agent.test"],
    ["node:net", "http://127.0.0.1:9000"],
  ])("is the platform's affair where the runtime has no %s", async (missing, url) => {
    const { getBuiltinModule } = process;
    const spy = vi.spyOn(process, "getBuiltinModule");
    spy.mockImplementation((name: string) => (name === missing ? undefined : getBuiltinModule(name)));
    onTestFinished(() => spy.mockRestore());
    const { client, urls } = setUp(undefined);
    await client.register({ url, agentCard: CARD });
    expect(urls).toEqual([url]);
    const error = await failureOf(client.register({ url: "ftp://agent.test", agentCard: CARD }));
    expect(error).toMatchObject({ code: "invalid_argument" });
  });

  it("ends with the caller's own reason, and nothing is sent", async () => {
    const caller = new AbortController();
    const { client, requests } = setUp(() => {
      queueMicrotask(() => caller.abort("enough"));
      return new Promise(() => {});
    });
    await expect(client.register(REGISTRATION, { signal: caller.signal })).rejects.toBe("enough");
    expect(requests()).toBe(0);
  });

  it("ends when the client closes, and nothing is sent", async () => {
    const { client, requests } = setUp(() => new Promise(() => {}));
    const failure = failureOf(client.register(REGISTRATION));
    await client.close();
    expect(await failure).toMatchObject({ code: "closed" });
    expect(requests()).toBe(0);
  });

  it("is not repeated for a registration that is repeated after an outage", async () => {
    let lookups = 0;
    const { client, urls } = setUp(async () => {
      lookups += 1;
      if (lookups > 1) throw noSuchHost();
      return ["8.8.8.8"];
    });
    await client.register(REGISTRATION);
    const { workspaces, registerAgain } = getInternals(client);
    const limits = { timeoutMs: 1000, signal: new AbortController().signal };
    expect(await registerAgain(workspaces.default, limits)).toMatchObject({ ok: true });
    expect([lookups, urls.length]).toEqual([1, 2]);
  });

  it("is made once for a registration, and not for a wrong argument", async () => {
    let lookups = 0;
    const { client } = setUp(async () => {
      lookups += 1;
      return ["8.8.8.8"];
    });
    await client.register(REGISTRATION);
    await failureOf(client.register({ ...REGISTRATION, agentCard: {} as never }));
    await failureOf(client.register(REGISTRATION, { source: "nobody" }));
    expect(lookups).toBe(1);
  });
});

it("the table has many rows, and none twice", () => {
  const rows = URL_CASES.map(({ url, addresses }) => JSON.stringify([url, addresses]));
  expect(new Set(rows).size).toBe(rows.length);
  expect(rows.length).toBeGreaterThanOrEqual(60);
});
