import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { A2AClientOptions, A2AEvent } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, SECOND } from "../helpers/ids";
import { scratchFolder } from "../helpers/scratch-folder";

const AGENT = { agentCard: { name: "me" } };
const STALE = "stale-token-stale-token";

afterEach(() => {
  vi.unstubAllEnvs();
});

async function setUp(environment: (configs: string) => Record<string, string> = () => ({})) {
  const platform = await startPlatform();
  onTestFinished(() => platform.close());
  const configs = await scratchFolder();
  vi.stubEnv("CONFIGS_DIR", configs);
  for (const [name, value] of Object.entries(environment(configs))) vi.stubEnv(name, value);
  const events: A2AEvent[] = [];
  /** What a process does that is started, or started again. */
  const start = (options: A2AClientOptions = {}) =>
    testClient({
      platformUrl: platform.url,
      workspaceId: OWN,
      token: undefined,
      onEvent: (event) => events.push(event),
      ...options,
    });
  const tokens = (path = "/registry/register") =>
    platform.requests
      .filter((request) => request.path === path)
      .map(({ headers }) => headers.authorization?.replace("Bearer ", ""));
  const tokenIn = (...path: string[]) => readFile(join(configs, ...path), "utf8");
  return { platform, configs, events, start, tokens, tokenIn };
}

const listing = (...ids: string[]) => JSON.stringify(ids.map((id) => ({ id, token: STALE })));

describe("a token that a registration brought is found by the next start", () => {
  it.each<[string, (configs: string) => Record<string, string>, A2AClientOptions?]>([
    ["with nothing in the environment", () => ({})],
    [
      "with a token file that is not there yet",
      (configs) => ({ MOLECULE_WORKSPACE_TOKEN_FILE: join(configs, "secrets", "token") }),
    ],
    ["with a stale token in the environment", () => ({ MOLECULE_WORKSPACE_TOKEN: STALE })],
    [
      "with a stale token, and a token file that is not there yet",
      (configs) => ({
        MOLECULE_WORKSPACE_TOKEN: STALE,
        MOLECULE_WORKSPACE_TOKEN_FILE: join(configs, "token"),
      }),
    ],
    ["with a stale token in a list of workspaces", () => ({ MOLECULE_WORKSPACES: listing(OWN, SECOND) })],
    ["with a stale token as an option", () => ({}), { token: STALE }],
    ["with a function that knows a stale token", () => ({}), { token: () => STALE }],
    ["with a function that knows no token", () => ({}), { token: () => undefined }],
    ["with `null` for a token", () => ({}), { token: null }],
    [
      "with a stale token in a list of workspaces as an option",
      () => ({}),
      { workspaceId: undefined, workspaces: [{ id: OWN, token: STALE }, { id: SECOND }] },
    ],
  ])("%s", async (_, environment, options) => {
    const { start, tokens, platform } = await setUp(environment);
    expect(await start(options).register(AGENT)).toMatchObject({ alreadyRegistered: false });
    const issued = platform.requests.at(-1)?.headers.authorization?.replace("Bearer ", "");
    expect(issued).toMatch(/^[\w-]{43}$/);
    expect(await start(options).register(AGENT)).toMatchObject({ alreadyRegistered: true });
    expect(tokens().at(-1)).toBe(issued);
  });

  it("also for another workspace of the process", async () => {
    const { start } = await setUp(() => ({ MOLECULE_WORKSPACES: listing(OWN, SECOND) }));
    for (const alreadyRegistered of [false, true]) {
      const client = start({ workspaceId: undefined });
      expect(await client.register(AGENT)).toMatchObject({ alreadyRegistered });
      expect(await client.register(AGENT, { source: SECOND })).toMatchObject({ alreadyRegistered });
    }
  });
});

describe("a new token", () => {
  it("is written to the token file that the environment names", async () => {
    const { start, tokenIn } = await setUp((configs) => ({
      MOLECULE_WORKSPACE_TOKEN_FILE: join(configs, "secrets", "token"),
    }));
    await start().register(AGENT);
    expect(await tokenIn("secrets", "token")).toMatch(/^[\w-]{43}$/);
    await expect(tokenIn(".auth_token")).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is written to the next place when that file cannot be written", async () => {
    const { start, events, tokenIn, configs } = await setUp((folder) => ({
      MOLECULE_WORKSPACE_TOKEN_FILE: join(folder, "file", "token"),
    }));
    await writeFile(join(configs, "file"), "");
    await start().register(AGENT);
    expect(await tokenIn(".auth_token")).toMatch(/^[\w-]{43}$/);
    expect(events).toEqual([]);
    expect(await start().register(AGENT)).toMatchObject({ alreadyRegistered: true });
  });

  it("that cannot be stored anywhere is reported with the error of the named file", async () => {
    const { start, events, configs } = await setUp((folder) => ({
      CONFIGS_DIR: join(folder, "file"),
      MOLECULE_WORKSPACE_TOKEN_FILE: join(folder, "file", "named", "token"),
    }));
    await writeFile(join(configs, "file"), "");
    await start().register(AGENT);
    const reason = expect.stringContaining(join(configs, "file", "named"));
    expect(events).toEqual([{ type: "token.store_failed", workspaceId: OWN, reason }]);
  });

  it("of another workspace is not written to the file that the environment names", async () => {
    const { start, tokenIn } = await setUp((configs) => ({
      WORKSPACE_ID: SECOND,
      MOLECULE_WORKSPACE_TOKEN_FILE: join(configs, "token"),
    }));
    await start().register(AGENT);
    expect(await tokenIn(OWN, ".auth_token")).toMatch(/^[\w-]{43}$/);
    await expect(tokenIn("token")).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a token in use", () => {
  it("that the platform issued is not replaced by the stale one before it", async () => {
    const { start, events, tokens, platform } = await setUp(() => ({ MOLECULE_WORKSPACE_TOKEN: STALE }));
    const client = start();
    await client.register(AGENT);
    platform.fail("POST /registry/update-card", { status: 401, body: { error: "invalid" } }, { times: 1 });
    const error = await failureOf(client.updateAgentCard(AGENT.agentCard));
    expect(error).toMatchObject({ code: "unauthorized", attempts: 1 });
    await client.updateAgentCard(AGENT.agentCard);
    const [first, second] = tokens("/registry/update-card");
    expect(first).not.toBe(STALE);
    expect(second).toBe(first);
    expect(events).toEqual([]);
  });

  it("is replaced by a stored one that is newer", async () => {
    const { start, events, platform, configs } = await setUp();
    platform.addWorkspace({ id: OWN, token: "rotated-token-rotated" });
    await writeFile(join(configs, ".auth_token"), "rotated-token-rotated");
    await start({ token: STALE }).updateAgentCard(AGENT.agentCard);
    expect(events).toEqual([{ type: "token.refreshed", workspaceId: OWN }]);
  });

  it("that came from an option is reported as refused when the stored file cannot be read", async () => {
    const { start, platform, configs } = await setUp();
    platform.addWorkspace({ id: OWN, token: "another-token-another" });
    await mkdir(join(configs, ".auth_token"));
    const error = await failureOf(start({ token: STALE }).updateAgentCard(AGENT.agentCard));
    expect(error).toMatchObject({ code: "unauthorized", attempts: 1 });
    expect(error.message).not.toContain("auth_token");
  });
});
