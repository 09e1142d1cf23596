import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualClock, type PlatformOptions, startPlatform, type TestPlatform } from "a2a-peers/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CliRun, run } from "../helpers/run";

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "doctor-"));
  process.env.CONFIGS_DIR = folder();
});
afterEach(() => rm(parent, { recursive: true }));

/** The configuration folder of the agent, which does not exist yet. */
const folder = () => join(parent, "configs");

const ID = "11111111-1111-4111-8111-111111111111";
const TOKEN = "a-token-of-this-workspace";

/** The environment of an agent whose set-up is right. */
const environmentOf = ({ url }: { url: string }) => ({
  PLATFORM_URL: url,
  WORKSPACE_ID: ID,
  MOLECULE_WORKSPACE_TOKEN: TOKEN,
});

/** A platform with the workspace, in poll mode, and one peer. */
async function startWithAgent(options: PlatformOptions = {}) {
  const platform = await startPlatform(options);
  const agent = platform.addWorkspace({ id: ID, name: "Agent", token: TOKEN, deliveryMode: "poll" });
  platform.addWorkspace({ name: "Writer", reply: ({ text }) => text });
  return { platform, agent, [Symbol.asyncDispose]: platform.close };
}

async function startServer(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void server.close() };
}

/** What differs from run to run: ports, times, and the folder of the test. */
function normalise(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:40000")
    .replace(/\d+ ms/g, "5 ms")
    .replace(/deleted at [\dTZ:.-]+/, "deleted at 2026-05-01T12:00:00.000Z")
    .replaceAll(parent, "/tmp/doctor-000000");
}

/** Compares the whole output with what a person should read. */
async function expectTranscript({ code, stdout, stderr }: CliRun, name: string): Promise<void> {
  expect(stderr).toBe("");
  expect(stdout + stderr).not.toContain(TOKEN);
  await expect(`${normalise(stdout)}\nexit code ${code}\n`).toMatchFileSnapshot(`transcripts/${name}.txt`);
}

type WithAgent = Awaited<ReturnType<typeof startWithAgent>>;
type Environment = Readonly<Record<string, string | undefined>>;

interface SetUp {
  name: string;
  options?: PlatformOptions;
  /** Breaks the set-up. Returns what the environment has instead. */
  arrange?: (set: WithAgent) => unknown;
}

const SET_UPS: readonly SetUp[] = [
  { name: "all is well" },
  { name: "no scheme in the URL", arrange: () => ({ PLATFORM_URL: "localhost:8080" }) },
  { name: "a name for the id", arrange: () => ({ WORKSPACE_ID: "Agent" }) },
  {
    name: "several workspaces",
    arrange: () => ({
      WORKSPACE_ID: undefined,
      MOLECULE_WORKSPACE_TOKEN: undefined,
      MOLECULE_WORKSPACES: JSON.stringify([
        { id: ID, token: TOKEN },
        { id: "22222222-2222-4222-8222-222222222222" },
      ]),
    }),
  },
  { name: "no id", arrange: () => ({ WORKSPACE_ID: undefined }) },
  { name: "a wrong token", arrange: () => ({ MOLECULE_WORKSPACE_TOKEN: "wrong" }) },
  { name: "a token with a blank", arrange: () => ({ MOLECULE_WORKSPACE_TOKEN: "Bearer wrong" }) },
  { name: "no token", arrange: () => ({ MOLECULE_WORKSPACE_TOKEN: undefined }) },
  {
    name: "a token file that cannot be read",
    async arrange() {
      await mkdir(join(folder(), ".auth_token"), { recursive: true, mode: 0o700 });
      return { MOLECULE_WORKSPACE_TOKEN: undefined };
    },
  },
  {
    name: "a token that others can read",
    async arrange() {
      await mkdir(folder(), { recursive: true });
      await writeFile(join(folder(), ".auth_token"), TOKEN);
      await chmod(join(folder(), ".auth_token"), 0o644);
      await chmod(folder(), 0o755);
      return { MOLECULE_WORKSPACE_TOKEN: undefined };
    },
  },
  {
    name: "an unregistered workspace",
    arrange: () => ({ WORKSPACE_ID: "22222222-2222-4222-8222-222222222222" }),
  },
  { name: "a removed workspace", arrange: ({ agent }) => agent.setStatus("removed") },
  { name: "a paused workspace", arrange: ({ agent }) => agent.pause() },
  { name: "an agent that does not beat", arrange: ({ agent }) => agent.setStatus("awaiting_agent") },
  {
    name: "poll mode without an inbox",
    arrange({ agent }) {
      agent.addActivityRow({ created_at: new Date(Date.now() - 300_000).toISOString() });
    },
  },
  { name: "the release of April without a URL", options: { version: "2026-04" } },
  {
    name: "no organisation",
    arrange({ platform }) {
      platform.fail("GET /workspaces/:id", { status: 404 });
      platform.fail("GET /workspaces/:id/activity", { status: 404 });
    },
  },
  {
    name: "a card with another URL",
    arrange({ agent, platform }) {
      agent.setUrl("http://127.0.0.1:40000");
      const card = { name: "Agent", url: "https://agent.example.com" };
      platform.fail(`GET /workspaces/:id`, {
        status: 200,
        body: {
          id: agent.id,
          name: "Agent",
          status: "online",
          url: "http://127.0.0.1:40000",
          agent_card: card,
        },
      });
    },
  },
  {
    name: "no event stream",
    arrange: ({ platform }) => platform.fail("GET /workspaces/:id/events/stream", { status: 404, body: {} }),
  },
];

describe("the doctor", () => {
  it.each(SET_UPS)("reports: $name", async ({ name, options, arrange }) => {
    await using set = await startWithAgent({ clock: undefined, ...options });
    const changed = (await arrange?.(set)) as Environment | undefined;
    const env = { ...environmentOf(set.platform), ...changed };
    await expectTranscript(await run(["doctor"], { env }), name.replaceAll(" ", "-"));
  });

  it("reports a URL at which nothing listens", async () => {
    await using server = await startServer(() => {});
    await server[Symbol.asyncDispose]();
    await expectTranscript(await run(["doctor"], { env: environmentOf(server) }), "a-wrong-URL");
  });

  it("reports a URL that is not set", async () => {
    const env = { ...environmentOf({ url: "" }), PLATFORM_URL: undefined, DOCKER_VERSION: "1" };
    const { code, stdout } = await run(["doctor", "--json"], { env });
    expect(code).toBe(1);
    expect(JSON.parse(stdout).checks[0]).toEqual({
      id: "environment",
      title: "Environment",
      verdict: "warning",
      reason: "PLATFORM_URL is not set, so the platform is looked for at http://host.docker.internal:8080.",
      mend: "export PLATFORM_URL=https://<host of the platform>",
    });
  });

  it("reports a web page at the URL", async () => {
    await using server = await startServer((_, response) =>
      response.end("<!doctype html><title>Sign in</title>"),
    );
    await expectTranscript(await run(["doctor"], { env: environmentOf(server) }), "a-web-page");
  });

  it("reports a redirect at the URL", async () => {
    await using server = await startServer((_, response) =>
      response.writeHead(301, { location: "https://platform.example.com/health" }).end(),
    );
    await expectTranscript(await run(["doctor"], { env: environmentOf(server) }), "a-redirect");
  });

  it("reports clocks that differ", async () => {
    const clock = manualClock();
    await using set = await startWithAgent({ clock });
    await clock.advance(600_000);
    set.agent.setStatus("online");
    await expectTranscript(await run(["doctor"], { env: environmentOf(set.platform) }), "another-time");
  });

  it("reports a limit that is used up", async () => {
    await using set = await startWithAgent({ clock: manualClock(), rateLimit: 1 });
    await fetch(`${set.platform.url}/health`);
    await expectTranscript(await run(["doctor"], { env: environmentOf(set.platform) }), "rate-limited");
  });

  it("only reads, whatever state the workspace is in", async () => {
    await using set = await startWithAgent();
    for (const status of ["online", "awaiting_agent", "offline"]) {
      set.agent.setStatus(status);
      await run(["doctor"], { env: environmentOf(set.platform) });
      expect(set.agent.state.status).toBe(status);
    }
    expect(new Set(set.platform.requests.map(({ method }) => method))).toEqual(new Set(["GET"]));
    await expect(readdir(folder())).rejects.toThrow("ENOENT");
  });

  it("beats and sends a message to the workspace with --active, which its inbox passes over", async () => {
    await using set = await startWithAgent();
    set.agent.setStatus("awaiting_agent");
    const env = environmentOf(set.platform);
    await expectTranscript(await run(["doctor", "--active"], { env }), "active");
    expect(set.agent.state.status).toBe("online");
    expect(set.agent.received).toHaveLength(1);
    const { stdout } = await run(["inbox", "--json"], { env });
    expect(JSON.parse(stdout)).toEqual({ messages: [] });
  });

  it("never beats for an agent that beats, nor for one with a URL", async () => {
    await using set = await startWithAgent();
    const env = environmentOf(set.platform);
    await run(["doctor", "--active"], { env });
    set.agent.setUrl("http://127.0.0.1:40000");
    set.agent.setStatus("offline");
    await run(["doctor", "--active"], { env });
    expect(paths(set.platform, "POST")).toEqual([`/workspaces/${ID}/a2a`]);
  });

  it("prints one JSON object with --json", async () => {
    await using set = await startWithAgent();
    const { code, stdout, stderr } = await run(["doctor", "--json"], { env: environmentOf(set.platform) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { ok, counts, checks } = JSON.parse(stdout);
    expect({ ok, counts }).toEqual({ ok: true, counts: { ok: 13, warning: 0, broken: 0, skipped: 1 } });
    for (const check of checks)
      expect(Object.keys(check).sort()).toEqual(["id", "mend", "reason", "title", "verdict"]);
  });

  it("shows no token that a server repeats", async () => {
    await using server = await startServer(({ headers }, response) => {
      response.writeHead(401, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: `bad ${headers.authorization}`, status: "ok" }));
    });
    for (const args of [["doctor"], ["doctor", "--json"]]) {
      const { stdout, stderr } = await run(args, { env: environmentOf(server) });
      expect(stdout + stderr).not.toContain(TOKEN);
    }
  });
});

const paths = ({ requests }: TestPlatform, method: string) =>
  requests.filter((request) => request.method === method).map(({ path }) => path);
