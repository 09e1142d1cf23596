import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { A2AClientOptions, A2AEvent, Registration } from "a2a-peers";
import { type Fault, type PlatformOptions, startPlatform, type TestPlatform } from "a2a-peers/testing";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createClientOn } from "../../src/client/client";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, PLATFORM, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { scratchFolder } from "../helpers/scratch-folder";
import { virtualClock } from "../helpers/sockets-clock";
import { REFUSED_STATUSES } from "./refused-statuses";

const CARD = { name: "me", description: "a test", skills: [{ id: "sum", name: "Sum", tags: ["text"] }] };
const ROUTE = "POST /registry/register";
const LOOK = "GET /workspaces/:id";
const URL_OF_AGENT = "http://8.8.8.8:9999/a2a";

afterEach(() => {
  vi.unstubAllEnvs();
});

async function started(options?: PlatformOptions): Promise<TestPlatform> {
  const platform = await startPlatform(options);
  onTestFinished(() => platform.close());
  return platform;
}

/** A client of a platform, whose tokens go to a folder of the test. */
async function setUp(
  options: A2AClientOptions = {},
  { folder, ...platformOptions }: PlatformOptions & { folder?: string } = {},
) {
  const platform = await started(platformOptions);
  const configs = folder ?? (await scratchFolder());
  vi.stubEnv("CONFIGS_DIR", configs);
  const events: A2AEvent[] = [];
  const client = testClient({
    platformUrl: platform.url,
    workspaceId: OWN,
    token: undefined,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const registrations = () => platform.requests.filter(({ path }) => path === "/registry/register");
  const tokenIn = (...path: string[]) => readFile(join(configs, ...path, ".auth_token"), "utf8");
  return { platform, client, events, configs, registrations, tokenIn };
}

describe("the first registration", () => {
  it("sends the id, the URL and the card to the platform", async () => {
    const { client, registrations } = await setUp();
    expect(await client.register({ url: URL_OF_AGENT, agentCard: CARD })).toEqual({
      status: "registered",
      alreadyRegistered: false,
      deliveryMode: "push",
    });
    expect(registrations()).toHaveLength(1);
    expect(registrations()[0]).toMatchObject({
      headers: expect.not.objectContaining({ authorization: expect.anything() }),
      body: { id: OWN, url: URL_OF_AGENT, delivery_mode: "push", agent_card: CARD },
    });
  });

  it("brings a token, which is used at once and stored for this user only", async () => {
    const { client, configs, registrations, tokenIn } = await setUp();
    await client.register({ agentCard: CARD });
    const token = await tokenIn();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await stat(join(configs, ".auth_token"))).mode & 0o777).toBe(0o600);
    expect(await client.register({ agentCard: CARD })).toMatchObject({ alreadyRegistered: true });
    expect(registrations()[1]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(await tokenIn()).toBe(token);
  });

  it("brings a token that the next process finds", async () => {
    const { client, configs, platform } = await setUp();
    await client.register({ agentCard: CARD });
    const next = testClient({ platformUrl: platform.url, workspaceId: OWN, token: undefined });
    expect(await next.register({ agentCard: CARD })).toMatchObject({ alreadyRegistered: true });
    expect(configs).not.toBe("");
  });

  it("of a further workspace stores its token in a folder of its own", async () => {
    const { client, tokenIn, registrations } = await setUp({
      workspaceId: undefined,
      workspaces: [
        { id: OWN, token: null },
        { id: SECOND, token: null },
      ],
    });
    await client.register({ agentCard: CARD });
    await client.register({ agentCard: CARD }, { source: SECOND });
    expect(registrations().map(({ body }) => (body as { id: string }).id)).toEqual([OWN, SECOND]);
    expect(await tokenIn()).not.toBe(await tokenIn(SECOND));
  });

  it.each<[string, (configs: string) => Promise<unknown>]>([
    ["the folder is a file", (configs) => writeFile(configs, "")],
    [
      "a folder has the name of the file",
      (configs) => mkdir(join(configs, ".auth_token"), { recursive: true }),
    ],
  ])("keeps its token in use when the disk does not take it: %s", async (_, spoil) => {
    const folder = join(await scratchFolder(), "configs");
    await spoil(folder);
    const { client, events, registrations } = await setUp({ token: () => undefined }, { folder });
    expect(await client.register({ agentCard: CARD })).toMatchObject({ alreadyRegistered: false });
    expect(events).toEqual([
      {
        type: "token.store_failed",
        workspaceId: OWN,
        reason: expect.stringMatching(/EEXIST|ENOTDIR|EISDIR|ENOTEMPTY/),
      },
    ]);
    await client.register({ agentCard: CARD });
    const token = registrations()[1]?.headers.authorization?.replace("Bearer ", "");
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(events)).not.toContain(token);
  });
});

describe("a later registration", () => {
  it("sends the token and updates the platform's record of the agent", async () => {
    const { client, platform, registrations, configs } = await setUp({ token: TOKEN });
    const me = platform.addWorkspace({ id: OWN, token: TOKEN, status: "offline" });
    const result = await client.register({ agentCard: { name: "new" } });
    expect(result).toEqual({ status: "registered", alreadyRegistered: true, deliveryMode: "poll" });
    expect(registrations()[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(me.state).toMatchObject({ status: "online", agentCard: { name: "new" }, deliveryMode: "poll" });
    await expect(stat(join(configs, ".auth_token"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("calls the token source once more after a 401", async () => {
    const tokens = ["old-token-old-token", TOKEN];
    const { client, platform, registrations } = await setUp({ token: () => tokens.shift() });
    platform.addWorkspace({ id: OWN, token: TOKEN });
    expect(await client.register({ agentCard: CARD })).toMatchObject({ alreadyRegistered: true });
    expect(registrations()).toHaveLength(2);
  });

  it("of a named workspace uses that workspace's token", async () => {
    const { client, platform, registrations } = await setUp({
      workspaceId: undefined,
      workspaces: [
        { id: OWN, token: TOKEN },
        { id: SECOND, token: SECOND_TOKEN },
      ],
    });
    platform.addWorkspace({ id: SECOND, token: SECOND_TOKEN });
    await client.register({ agentCard: CARD }, { source: SECOND });
    expect(registrations()[0]?.headers).toMatchObject({
      authorization: `Bearer ${SECOND_TOKEN}`,
      "x-workspace-id": SECOND,
    });
  });
});

describe("the delivery mode", () => {
  it.each<[string, Registration, Record<string, unknown>]>([
    ["push with a url", { url: URL_OF_AGENT, agentCard: CARD }, { url: URL_OF_AGENT, delivery_mode: "push" }],
    ["poll without", { agentCard: CARD }, { url: "", delivery_mode: "poll" }],
    [
      "what was asked for",
      { url: URL_OF_AGENT, agentCard: CARD, deliveryMode: "poll" },
      { url: URL_OF_AGENT, delivery_mode: "poll" },
    ],
  ])("is %s", async (_, registration, body) => {
    const { client, registrations } = await setUp();
    const { deliveryMode, warning } = await client.register(registration);
    expect(registrations()[0]?.body).toMatchObject(body);
    expect(deliveryMode).toBe(body.delivery_mode);
    expect(warning).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ["does not echo it", { status: "registered" }],
    ["takes another", { status: "registered", delivery_mode: "push" }],
  ])("poll brings a warning when the platform %s", async (_, body) => {
    const { client, platform, events } = await setUp();
    platform.fail(ROUTE, { status: 200, body });
    const result = await client.register({ agentCard: CARD });
    expect(result.warning).toContain("'poll'");
    expect(events).toEqual([{ type: "registration.warning", workspaceId: OWN, reason: result.warning }]);
  });

  it("poll is refused by a platform without poll mode", async () => {
    const { client } = await setUp({}, { version: "2026-04" });
    const error = await failureOf(client.register({ agentCard: CARD }));
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
    expect(error.message).toContain("knows no poll mode");
  });
});

describe("an unknown MOLECULE_DEPLOY_MODE", () => {
  it("is reported once, at the first registration, and counts as self-hosted", async () => {
    vi.stubEnv("MOLECULE_DEPLOY_MODE", "cloud");
    const { client, events, registrations } = await setUp({ orgId: "my-org" });
    expect(events).toEqual([]);
    await failureOf(client.register({ url: "http://10.0.0.1", agentCard: CARD }));
    expect(registrations()).toEqual([]);
    await client.register({ agentCard: CARD });
    await client.register({ agentCard: CARD });
    expect(events).toEqual([
      { type: "registration.warning", workspaceId: OWN, reason: expect.stringContaining("'cloud'") },
    ]);
  });
});

describe("a workspace that was removed", () => {
  it.each(["2026-05", "2026-04"] as const)(
    "is told as removed and not as online, whatever the platform answers: %s",
    async (version) => {
      const { client, platform, tokenIn, registrations } = await setUp({}, { version });
      platform.addWorkspace({ id: OWN, token: null }).setStatus("removed");
      const error = await failureOf(client.register({ url: URL_OF_AGENT, agentCard: CARD }));
      expect(error).toMatchObject({ code: "workspace_removed", retryable: false });
      expect(error.message).toContain(`Workspace ${OWN} was removed from the platform`);
      expect(error.message).toContain("Regenerate workspace + token");
      expect(registrations()).toHaveLength(1);
      // It is shown once: whoever asks what became of it finds it where it always is.
      expect(await tokenIn()).toMatch(/^[\w-]{43}$/);
    },
  );

  it("is reported as removed each time, not as unauthorized", async () => {
    const { client, platform } = await setUp();
    platform.addWorkspace({ id: OWN, token: null }).setStatus("removed");
    for (let time = 0; time < 3; time += 1) {
      expect(await failureOf(client.register({ agentCard: CARD }))).toMatchObject({
        code: "workspace_removed",
        retryable: false,
      });
    }
  });

  it("is reported with its time and the platform's hint", async () => {
    const { client, platform } = await setUp();
    const body = { error: "workspace removed", id: OWN, removed_at: "2026-11-20T08:00:00Z", hint: "Ask Ada" };
    platform.fail(LOOK, { status: 410, body });
    const { message } = await failureOf(client.register({ agentCard: CARD }));
    expect(message).toBe(`Workspace ${OWN} was removed from the platform at 2026-11-20T08:00:00Z. Ask Ada.`);
  });
});

describe("the check for a removed workspace", () => {
  it("uses the token of the registration", async () => {
    const { client, platform, tokenIn } = await setUp();
    await client.register({ agentCard: CARD });
    const look = platform.requests.at(-1);
    expect(look).toMatchObject({ method: "GET", path: `/workspaces/${OWN}` });
    expect(look?.headers.authorization).toBe(`Bearer ${await tokenIn()}`);
  });

  it.each<[string, Fault]>([
    ["is refused", { status: 403, body: { error: "no" } }],
    ["is not found", { status: 404 }],
    ["fails", { status: 500, body: { error: "query failed" } }],
    ["is not understood", { status: 200, body: "<html></html>" }],
    ["is lost", { kind: "reset" }],
  ])("takes nothing from the registration when it %s", async (_, fault) => {
    const { client, platform, events } = await setUp({ retry: { maxAttempts: 2 } });
    platform.fail(LOOK, fault);
    expect(await client.register({ agentCard: CARD })).toMatchObject({ status: "registered" });
    expect(events).toEqual([]);
  });

  it("takes three seconds at most", async () => {
    const clock = virtualClock();
    const client = createClientOn(clock, {
      platformUrl: PLATFORM,
      workspaceId: OWN,
      token: TOKEN,
      fetch: (_, init) =>
        init?.method === "POST"
          ? Promise.resolve(Response.json({ status: "registered", delivery_mode: "poll" }))
          : new Promise(() => {}),
    });
    expect(await clock.drive(client.register({ agentCard: CARD }))).toMatchObject({ status: "registered" });
    expect(clock.now()).toBe(3000);
    expect(clock.pending).toBe(0);
    await client.close();
  });

  it("takes at most the time of the call", async () => {
    const { client, platform } = await setUp();
    platform.fail(LOOK, { kind: "stall" });
    const startedAt = performance.now();
    const result = await client.register({ agentCard: CARD }, { timeoutMs: 300 });
    expect(result).toMatchObject({ status: "registered", alreadyRegistered: false });
    expect(performance.now() - startedAt).toBeLessThan(2500);
  });

  it("ends with the caller's own reason", async () => {
    const { client, platform, tokenIn } = await setUp();
    platform.fail(LOOK, { kind: "stall" });
    const caller = new AbortController();
    const call = client.register({ agentCard: CARD }, { signal: caller.signal });
    await vi.waitFor(() => expect(platform.requests.at(-1)?.method).toBe("GET"));
    caller.abort("enough");
    await expect(call).rejects.toBe("enough");
    expect(await tokenIn()).toMatch(/^[\w-]{43}$/);
  });

  it("ends when the client closes", async () => {
    const { client, platform } = await setUp();
    platform.fail(LOOK, { kind: "stall" });
    const failure = failureOf(client.register({ agentCard: CARD }));
    await vi.waitFor(() => expect(platform.requests.at(-1)?.method).toBe("GET"));
    await client.close();
    expect(await failure).toMatchObject({ code: "closed" });
  });
});

describe("a 400 is explained", () => {
  const HIDDEN = { status: 400, body: { error: "invalid request body" } };

  async function refusalOf(registration: Registration, fault: Fault, options: A2AClientOptions = {}) {
    const { client, platform } = await setUp({ deployMode: "saas", ...options });
    platform.fail(ROUTE, fault);
    const error = await failureOf(client.register(registration));
    expect(error).toMatchObject({ code: "bad_request", status: 400, retryable: false });
    return error.message;
  }

  it("by the platform's own text where there is one, with advice", async () => {
    const { client, registrations } = await setUp({ deployMode: "saas" }, { deployMode: "self-hosted" });
    const error = await failureOf(client.register({ url: "http://10.0.0.5:8000", agentCard: CARD }));
    expect(error).toMatchObject({ code: "bad_request", status: 400, retryable: false });
    expect(error.message).toContain("url targets a blocked address: RFC-1918 private address");
    expect(error.message).toContain(
      "Give a URL at a public address, or register with `deliveryMode: 'poll'`",
    );
    expect(registrations()).toHaveLength(1);
  });

  it("by the rule of a stricter platform where the platform's text is only about the body", async () => {
    const message = await refusalOf({ url: "http://10.0.0.5", agentCard: CARD }, HIDDEN);
    expect(message).toContain("invalid request body");
    expect(message).toContain("likely cause here: url targets a blocked address: RFC-1918 private address");
  });

  it("by the URL as the likely cause where it breaks no known rule", async () => {
    const message = await refusalOf({ url: URL_OF_AGENT, agentCard: CARD }, HIDDEN);
    expect(message).toContain("a `url` they refuse, which is the likely cause here. Nothing known here");
  });

  it("for a URL in poll mode too, which earlier platforms check", async () => {
    const registration = { url: "http://127.0.0.1", agentCard: CARD, deliveryMode: "poll" } as const;
    expect(await refusalOf(registration, HIDDEN)).toContain("likely cause here: url targets a blocked");
  });

  it("without mentioning the URL where the platform's text has another reason", async () => {
    const body = { error: "delivery_mode must be 'push' or 'poll'" };
    const message = await refusalOf({ url: URL_OF_AGENT, agentCard: CARD }, { status: 400, body });
    expect(message).toContain("delivery_mode must be");
    expect(message).not.toContain("public address");
  });

  it.each([
    [400, "whole", (url: string) => url],
    [500, "whole", (url: string) => url],
    [400, "without its fragment", (url: string) => url.replace(/#.*/, "")],
    [400, "without its query", () => "http://someone:hunt%21er2@8.8.8.8/a2a"],
    [400, "by its user", () => "someone:hunt%21er2"],
    [400, "by its password alone", () => "hunt%21er2"],
    [400, "by its password as it is meant", () => "hunt!er2"],
    [400, "by its query", () => "key=sword%20fish&next=halibut+herring"],
    [400, "by one pair of its query", () => "next=halibut+herring"],
    [400, "by values as they are meant", () => "sword fish, halibut herring"],
    [400, "by its fragment", () => "#trou%74"],
    [400, "by its fragment as it is meant", () => "trout"],
    [400, "in another case of its escapes", () => "http://someone:hunt!er2@8.8.8.8/a2a?key=sword%20fish"],
  ])("and repeats nothing that is secret in the URL: %i, quoted %s", async (status, _, quoted) => {
    const url = "http://someone:hunt%21er2@8.8.8.8/a2a?key=sword%20fish&next=halibut+herring#trou%74";
    const { client, platform, events } = await setUp({ retry: { maxAttempts: 1 } });
    platform.fail(ROUTE, { status, body: { error: `url is not valid: parse "${quoted(url)}": it says` } });
    const failure = await failureOf(client.register({ url, agentCard: CARD }));
    const told = `${failure.message}${failure.stack}${JSON.stringify(failure)}${JSON.stringify(events)}`;
    expect(told).toContain("url is not valid");
    expect(told).toContain("it says");
    expect(told).not.toMatch(/someone|hunt|er2|sword|fish|halibut|herring|trou/);
  });

  it("also when a part of the URL cannot be decoded, or one secret contains another", async () => {
    const url = "http://hunter:hunter2%zz@8.8.8.8/?hunter2=hunter2hunter2%zz&%zz";
    const { client, platform } = await setUp();
    platform.fail(ROUTE, { status: 400, body: { error: `url is not valid: ${url} and hunter2%zz` } });
    const { message } = await failureOf(client.register({ url, agentCard: CARD }));
    expect(message).toContain("url is not valid");
    expect(message).not.toMatch(/hunter|2%zz/);
  });
});

describe("a refused registration", () => {
  it.each(REFUSED_STATUSES)("%i is %s, after %i attempts", async (status, code, attempts) => {
    const { client, platform, registrations } = await setUp({ retry: { maxAttempts: 3 } });
    platform.fail(ROUTE, { status, body: { error: "it says no" } });
    const error = await failureOf(client.register({ agentCard: CARD }));
    expect(error).toMatchObject({ code, status });
    expect(error.message).toContain("it says no");
    expect(registrations()).toHaveLength(attempts);
  });

  it("403 without a body comes from a proxy in front of the platform", async () => {
    const { client, platform } = await setUp();
    platform.fail(ROUTE, { status: 403 });
    expect(await failureOf(client.register({ agentCard: CARD }))).toMatchObject({ code: "wrong_tenant" });
  });

  it.each<[string, unknown]>([
    ["empty", undefined],
    ["a page", "<html></html>"],
    ["a list", []],
  ])("is an answer that is no object: %s", async (_, body) => {
    const { client, platform } = await setUp();
    platform.fail(ROUTE, { status: 200, body });
    expect(await failureOf(client.register({ agentCard: CARD }))).toMatchObject({ code: "bad_response" });
  });

  it.each(["two\nlines", "two words", "x".repeat(5000), 7])(
    "is one that brings a token no header can hold: %j",
    async (token) => {
      const { client, platform, events, configs } = await setUp();
      platform.fail(ROUTE, { status: 200, body: { status: "registered", auth_token: token } });
      const error = await failureOf(client.register({ agentCard: CARD }));
      expect(error).toMatchObject({ code: "bad_response" });
      expect(error.message).not.toContain(String(token));
      expect(events).toEqual([]);
      await expect(stat(join(configs, ".auth_token"))).rejects.toMatchObject({ code: "ENOENT" });
    },
  );

  it("is retried when its connection breaks", async () => {
    const { client, platform } = await setUp({ retry: { maxAttempts: 3 } });
    platform.fail(ROUTE, { kind: "reset" }, { times: 2 });
    expect(await client.register({ agentCard: CARD })).toMatchObject({ status: "registered" });
  });

  it("ends with the caller's own reason", async () => {
    const { client, platform } = await setUp();
    platform.fail(ROUTE, { kind: "stall" });
    const reason = new Error("enough");
    const call = client.register({ agentCard: CARD }, { signal: AbortSignal.timeout(50) });
    await expect(call).rejects.toMatchObject({ name: "TimeoutError" });
    const aborted = client.register({ agentCard: CARD }, { signal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toBe(reason);
  });
});

describe("a registration whose token is refused", () => {
  const registering = async (token: string | null, fault?: Fault, options: A2AClientOptions = {}) => {
    const setting = await setUp({ token, ...options });
    setting.platform.addWorkspace({ id: OWN, token: TOKEN });
    if (fault !== undefined) setting.platform.fail(ROUTE, fault, { times: 1 });
    return { ...setting, error: await failureOf(setting.client.register({ agentCard: CARD })) };
  };

  it("says who can issue a new one", async () => {
    const { error } = await registering("another-token-another");
    expect(error).toMatchObject({ code: "unauthorized", status: 401, attempts: 1 });
    expect(error.message).toContain("may be revoked, or belong to another workspace");
    expect(error.message).toContain("An operator can issue a new one (canvas → Tokens tab)");
    expect(error.message).not.toContain("restarting");
  });

  it("says that there is a token when none was sent", async () => {
    const { error } = await registering(null);
    expect(error.message).toContain("missing workspace auth token");
    expect(error.message).toContain("The workspace has a token already");
    expect(error.message).not.toContain("lost");
  });

  it.each<[string, Fault]>([
    ["the connection broke", { kind: "reset" }],
    ["the answer was cut", { kind: "cut" }],
    ["an edge gave up on it", { status: 504, body: "<html></html>" }],
  ])("after an attempt without one whose answer was lost says so: %s", async (_, fault) => {
    const { error, client, registrations } = await registering(null, fault);
    expect(registrations()).toHaveLength(2);
    expect(error).toMatchObject({ code: "unauthorized", attempts: 2 });
    expect(error.message).toContain("an earlier attempt");
    expect(error.message).toContain("an operator has to issue a new one");
    const { message } = await failureOf(client.register({ agentCard: CARD }));
    expect(message).toContain("an earlier attempt");
  });

  it("says so also when another call lost the answer", async () => {
    const { error, client } = await registering(null, { kind: "reset" }, { retry: { maxAttempts: 1 } });
    expect(error).toMatchObject({ code: "network" });
    const { message } = await failureOf(client.register({ agentCard: CARD }));
    expect(message).toContain("an earlier attempt");
  });

  it.each<[string, string | null, Fault]>([
    ["never reached the platform", null, { status: 503, body: { error: "waking" } }],
    ["showed a token", "another-token-another", { kind: "reset" }],
  ])("blames no attempt that %s", async (_, token, fault) => {
    const { error } = await registering(token, fault);
    expect(error).toMatchObject({ code: "unauthorized", attempts: 2 });
    expect(error.message).not.toContain("earlier attempt");
  });

  it.each<[string, Fault]>([
    ["fails", { status: 500 }],
    ["is lost", { kind: "reset" }],
  ])("is a failure of the platform when the look at its workspace %s", async (_, fault) => {
    const { client, platform } = await setUp({ token: "another-token-another", retry: { maxAttempts: 1 } });
    platform.addWorkspace({ id: OWN, token: TOKEN });
    platform.fail(LOOK, fault);
    expect(await failureOf(client.register({ agentCard: CARD }))).toMatchObject({ code: "platform_error" });
  });

  it("fetches the record within the time of the call, until the caller aborts", async () => {
    const { client, platform } = await setUp({ token: "another-token-another" });
    platform.addWorkspace({ id: OWN, token: TOKEN });
    platform.fail(LOOK, { kind: "stall" });
    const startedAt = performance.now();
    const error = await failureOf(client.register({ agentCard: CARD }, { timeoutMs: 1000 }));
    expect(error).toMatchObject({ code: "platform_error" });
    // Without the time of the call the look alone would take the 10 s of a request.
    expect(performance.now() - startedAt).toBeLessThan(9000);
    const signal = AbortSignal.timeout(50);
    const aborted = client.register({ agentCard: CARD }, { signal });
    await expect(aborted).rejects.toMatchObject({ name: "TimeoutError" });
  });
});

describe("an agent at `localhost`", () => {
  it.each(["http://localhost:9000", "https://me@localhost/a2a"])(
    "is registered with a warning, which is told: %s",
    async (url) => {
      const { client, events } = await setUp();
      const { warning } = await client.register({ url, agentCard: CARD });
      expect(warning).toContain("development mode");
      expect(warning).toContain("workspace URL is not publicly routable");
      expect(events).toEqual([{ type: "registration.warning", workspaceId: OWN, reason: warning }]);
    },
  );

  it("in poll mode has no warning", async () => {
    const { client, events } = await setUp();
    const registration = { url: "http://localhost:9000", agentCard: CARD, deliveryMode: "poll" } as const;
    expect((await client.register(registration)).warning).toBeUndefined();
    expect(events).toEqual([]);
  });
});

describe("a wrong argument is rejected before anything is sent", () => {
  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["text", "me"],
    ["no card", {}],
    ["a card that is text", { agentCard: "me" }],
    ["a card that is a list", { agentCard: [CARD] }],
    ["a card without a name", { agentCard: { description: "me" } }],
    ["a card whose name is a number", { agentCard: { name: 7 } }],
    ["a card that JSON cannot hold", { agentCard: { name: "me", size: 1n } }],
    ["a url that is a number", { agentCard: CARD, url: 7 }],
    ["push without a url", { agentCard: CARD, deliveryMode: "push" }],
    ["push with a blank url", { agentCard: CARD, deliveryMode: "push", url: "  " }],
    ["an unknown delivery mode", { agentCard: CARD, deliveryMode: "pull" }],
    ["a delivery mode in another case", { agentCard: CARD, deliveryMode: "Poll" }],
  ])("%s", async (_, registration) => {
    const { client, registrations } = await setUp();
    const error = await failureOf(client.register(registration as Registration));
    expect(error).toMatchObject({ code: "invalid_argument", attempts: 0 });
    expect(registrations()).toEqual([]);
  });

  it.each([{ source: "nobody" }, { timeoutMs: 0 }, { signal: {} as AbortSignal }])(
    "options such as %j",
    async (options) => {
      const { client, registrations } = await setUp();
      const error = await failureOf(client.register({ agentCard: CARD }, options));
      expect(error).toMatchObject({ code: "invalid_argument" });
      expect(registrations()).toEqual([]);
    },
  );
});

it.each(["", null])("treats a token of %j in the answer as none", async (auth_token) => {
  await using platform = await startPlatform();
  platform.fail(ROUTE, { status: 200, body: { status: "registered", auth_token } });
  await using client = testClient({ platformUrl: platform.url });
  expect(await client.register({ agentCard: CARD })).toMatchObject({ alreadyRegistered: true });
});
