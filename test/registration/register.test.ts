import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { A2AClientOptions, A2AEvent, Registration } from "a2a-peers";
import { type PlatformOptions, startPlatform, type TestPlatform } from "a2a-peers/testing";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { scratchFolder } from "../heartbeat/helpers/folder";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";

const CARD = { name: "me", description: "a test", skills: [{ id: "sum", name: "Sum", tags: ["text"] }] };
const ROUTE = "POST /registry/register";
const URL_OF_AGENT = "http://127.0.0.1:9999/a2a";

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
  it("tells the platform who the agent is", async () => {
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
  it("shows the token and changes what the platform knows of the agent", async () => {
    const { client, platform, registrations, configs } = await setUp({ token: TOKEN });
    const me = platform.addWorkspace({ id: OWN, token: TOKEN, status: "offline" });
    const result = await client.register({ agentCard: { name: "new" } });
    expect(result).toEqual({ status: "registered", alreadyRegistered: true, deliveryMode: "poll" });
    expect(registrations()[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(me.state).toMatchObject({ status: "online", agentCard: { name: "new" }, deliveryMode: "poll" });
    await expect(stat(join(configs, ".auth_token"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("after a 401 asks the token source once more", async () => {
    const tokens = ["old-token-old-token", TOKEN];
    const { client, platform, registrations } = await setUp({ token: () => tokens.shift() });
    platform.addWorkspace({ id: OWN, token: TOKEN });
    expect(await client.register({ agentCard: CARD })).toMatchObject({ alreadyRegistered: true });
    expect(registrations()).toHaveLength(2);
  });

  it("of the workspace named speaks with that one's token", async () => {
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
    const { client, platform } = await setUp();
    platform.fail(ROUTE, { status: 200, body });
    const result = await client.register({ agentCard: CARD });
    expect(result.warning).toContain("'poll'");
  });

  it("poll is refused by a platform that does not know it", async () => {
    const { client } = await setUp({}, { version: "2026-04" });
    const error = await failureOf(client.register({ agentCard: CARD }));
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
  });
});

describe("a refused registration", () => {
  it("passes on what the platform said, with advice", async () => {
    const { client, registrations } = await setUp({}, { allowLoopback: false });
    const error = await failureOf(client.register({ url: URL_OF_AGENT, agentCard: CARD }));
    expect(error).toMatchObject({ code: "bad_request", status: 400, retryable: false });
    expect(error.message).toContain("loopback address");
    expect(error.message).toContain("only calls addresses it can reach");
    expect(registrations()).toHaveLength(1);
  });

  it.each([
    [400, "bad_request", 1],
    [401, "unauthorized", 1],
    [403, "access_denied", 1],
    [429, "rate_limited", 3],
    [500, "platform_error", 3],
    [503, "platform_error", 3],
  ])("%i is %s, after %i attempts", async (status, code, attempts) => {
    const { client, platform, registrations } = await setUp({ retry: { maxAttempts: 3 } });
    platform.fail(ROUTE, { status, body: { error: "it says no" } });
    const error = await failureOf(client.register({ agentCard: CARD }));
    expect(error).toMatchObject({ code, status });
    expect(error.message).toContain("it says no");
    expect(registrations()).toHaveLength(attempts);
  });

  it("403 without a body comes from the edge of the platform", async () => {
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

  it("is repeated when it was lost", async () => {
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

describe("a wrong argument is refused before anything is sent", () => {
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

it.each(["", null])("takes a token of %j in the answer for none", async (auth_token) => {
  await using platform = await startPlatform();
  platform.fail(ROUTE, { status: 200, body: { status: "registered", auth_token } });
  await using client = testClient({ platformUrl: platform.url });
  expect(await client.register({ agentCard: CARD })).toMatchObject({ alreadyRegistered: true });
});
