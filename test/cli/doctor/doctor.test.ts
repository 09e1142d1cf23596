import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualClock, type TestPlatform } from "a2a-peers/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CliRun, run } from "../helpers/run";
import { type Environment, environmentOf, folder, ID, SET_UPS, startWithAgent, TOKEN } from "./set-ups";

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "doctor-"));
  // It does not exist yet.
  process.env.CONFIGS_DIR = join(parent, "configs");
});
afterEach(() => rm(parent, { recursive: true }));

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

  it("reports a proxy that is named and not used, where nothing listens", async () => {
    await using server = await startServer(() => {});
    await server[Symbol.asyncDispose]();
    const env = { ...environmentOf(server), HTTP_PROXY: "http://user:password-of-proxy@proxy.test:3128" };
    const { code, stdout } = await run(["doctor"], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/HTTP_PROXY names a\s+proxy/);
    expect(stdout).toContain("$ export NODE_USE_ENV_PROXY=1");
    expect(stdout).not.toContain("password-of-proxy");
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

  it("asks at a port that a fetch refuses, where the client works as well", async () => {
    const server = createServer((_, response) => response.end("<!doctype html>"));
    // Several, because another program may listen at one.
    const isListening = async (port: number) => {
      const listening = new Promise((resolve) => {
        server.once("listening", () => resolve(true)).once("error", () => resolve(false));
      });
      server.listen(port, "127.0.0.1");
      return listening;
    };
    for (const port of [10080, 6000, 6667, 5060]) if (await isListening(port)) break;
    await using _ = { [Symbol.asyncDispose]: async () => void server.close() };
    const { port } = server.address() as AddressInfo;
    const { stdout } = await run(["doctor"], { env: environmentOf({ url: `http://127.0.0.1:${port}` }) });
    expect(stdout).toMatch(/web\s+page/);
  });

  it("reports a redirect at the URL", async () => {
    await using server = await startServer((_, response) =>
      response.writeHead(301, { location: "https://platform.example.com/health" }).end(),
    );
    await expectTranscript(await run(["doctor"], { env: environmentOf(server) }), "a-redirect");
  });

  it("lets nothing that a server or an agent wrote be a command, or move the cursor", async () => {
    let headers: Record<string, string> = { location: "https://$(id)/" };
    await using server = await startServer((_, response) => response.writeHead(301, headers).end());
    const redirected = await run(["doctor"], { env: environmentOf(server) });
    expect(redirected.stdout).toContain("$ export PLATFORM_URL='https://$(id)'\n");
    headers = { location: "https://[" };
    expect((await run(["doctor"], { env: environmentOf(server) })).stdout).toContain(
      "answers 301 to /health",
    );
    await using set = await startWithAgent();
    const record = {
      id: ID,
      name: "Agent",
      status: "online",
      url: "http://a:1",
      agent_card: { url: "$(id) x" },
    };
    set.platform.fail("GET /workspaces/:id", { status: 200, body: record });
    set.platform.fail("GET /workspaces/:id/activity", { status: 401, body: { error: "\u001b[2Jno" } });
    const { stdout } = await run(["doctor"], { env: environmentOf(set.platform) });
    expect(stdout).toContain(`--url='$(id) x'`);
    expect(stdout).not.toContain("\u001b");
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
    await using server = await startServer(({ url, headers }, response) => {
      response.writeHead(url === "/health" ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: `bad ${headers.authorization}`, status: "ok" }));
    });
    for (const args of [["doctor"], ["doctor", "--json"]]) {
      const { stdout, stderr } = await run(args, { env: environmentOf(server) });
      expect(stdout).toContain("bad Bearer [token]");
      expect(stdout + stderr).not.toContain(TOKEN);
    }
  });
});

const paths = ({ requests }: TestPlatform, method: string) =>
  requests.filter((request) => request.method === method).map(({ path }) => path);
