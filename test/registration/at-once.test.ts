import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { A2AClientOptions } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { scratchFolder } from "../helpers/scratch-folder";

const AGENT = { agentCard: { name: "me" } };
const ROUTE = "POST /registry/register";

afterEach(() => {
  vi.unstubAllEnvs();
});

async function setUp() {
  const platform = await startPlatform();
  onTestFinished(() => platform.close());
  const configs = await scratchFolder();
  vi.stubEnv("CONFIGS_DIR", configs);
  const me = platform.addWorkspace({ token: null });
  const client = (options: A2AClientOptions = {}) =>
    testClient({ platformUrl: platform.url, workspaceId: me.id, token: undefined, ...options });
  return { platform, configs, me, client };
}

describe("first registrations of one workspace at once", () => {
  it.each<[string, A2AClientOptions]>([
    ["with the stored token", {}],
    ["without a place for one", { token: null }],
  ])("all succeed over the clients of a process: %s", async (_, options) => {
    for (let round = 0; round < 10; round += 1) {
      const { client } = await setUp();
      const clients = [client(options), client(options), client(options)];
      const results = await Promise.all(clients.map((each) => each.register(AGENT)));
      expect(results.map(({ alreadyRegistered }) => alreadyRegistered)).toEqual([false, true, true]);
      for (const each of clients) expect((await each.listPeers()).diagnostic).toBeNull();
    }
  });

  it("succeed also when another process has stored its token only after the refusal", async () => {
    const { platform, configs, client } = await setUp();
    const owner = platform.addWorkspace();
    const registering = client({ workspaceId: owner.id }).register(AGENT);
    await vi.waitFor(() =>
      expect(platform.requests.some(({ path }) => path === "/registry/register")).toBe(true),
    );
    await writeFile(join(configs, ".auth_token"), String(owner.token));
    expect(await registering).toMatchObject({ alreadyRegistered: true });
  });

  it("fail with the first refusal when no token comes", async () => {
    const { platform, client } = await setUp();
    const owner = platform.addWorkspace();
    const error = await failureOf(client({ workspaceId: owner.id }).register(AGENT));
    expect(error).toMatchObject({ code: "unauthorized", status: 401 });
    expect(platform.requests.filter(({ path }) => path === "/registry/register")).toHaveLength(1);
  });

  it("are not confused with those of another platform", async () => {
    const [one, two] = [await setUp(), await setUp()];
    two.platform.addWorkspace({ id: one.me.id, token: null });
    one.platform.fail(ROUTE, { kind: "stall" }, { times: 1 });
    const slow = failureOf(one.client().register(AGENT, { timeoutMs: 500 }));
    const other = testClient({ platformUrl: two.platform.url, workspaceId: one.me.id, token: null });
    expect(await other.register(AGENT, { timeoutMs: 2000 })).toMatchObject({ alreadyRegistered: false });
    expect(await slow).toMatchObject({ code: "timeout" });
  });
});
