import { describe, expect, it } from "vitest";
import { runCommand } from "../../src/conformance/cli";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../src/conformance/embedded-target";
import { runTsx } from "../helpers/run-tsx";

/** What the command prints, and its exit code. */
const run = (...args: string[]) => runWith({}, ...args);

async function runWith(env: Readonly<Record<string, string>>, ...args: string[]) {
  let stdout = "";
  let stderr = "";
  const code = await runCommand(
    args,
    env,
    { write: (written) => (stdout += written) },
    { write: (written) => (stderr += written) },
  );
  return { code, stdout, stderr };
}

/** The options that give a platform in this process as if it were somebody else's. */
function optionsFor({ platform, target: { resources } }: EmbeddedTarget, ...without: string[]): string[] {
  const { self, peer, peerToken, stranger, adminToken, orgId } = resources;
  const options = {
    url: platform.url,
    workspace: self?.id.toUpperCase(),
    token: self?.token,
    peer,
    "peer-token": peerToken,
    stranger,
    "admin-token": adminToken,
    org: orgId,
  };
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined || without.includes(name) ? [] : [`--${name}=${value}`],
  );
}

describe("without a URL", () => {
  it("checks the embedded platform and exits with 0", async () => {
    const { code, stdout, stderr } = await run("--only", "info");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+, version 2026-05, self-hosted\n\ninfo\n {2}pass {5}info\.fields /,
    );
    expect(stdout).toMatch(/\n\d+ checks: \d+ pass, 0 fail, 0 allowed, 1 skipped\n$/);
  });

  it("prints JSON instead of a table", async () => {
    const { code, stdout } = await run(
      "--json",
      "--version",
      "2026-04",
      "--deploy-mode",
      "saas",
      "--only",
      "info.gone",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      url: expect.stringMatching(/^http:/),
      version: "2026-04",
      deployMode: "saas",
      counts: { pass: 0, fail: 0, allowed: 0, skipped: 1 },
      results: [
        {
          id: "info.gone",
          topic: "info",
          title: "A removed workspace is a 410 with a hint",
          verdict: "skipped",
          note: "a rule of 2026-05",
          elapsedMs: expect.any(Number),
        },
      ],
    });
  });
});

describe("with the URL of a platform", () => {
  it("checks it over HTTP alone, and does not change the workspace", async () => {
    await using embedded = await startEmbeddedTarget("2026-04", "self-hosted");
    const { code, stdout, stderr } = await run(...optionsFor(embedded));
    expect(stderr).toBe("");
    expect(stdout).toContain(", version 2026-04, self-hosted\n");
    expect(stdout).not.toMatch(/^ {2}(fail|allowed) /m);
    expect(stdout).toMatch(/^ {2}skipped {2}\d+ checks: needs the embedded platform$/m);
    expect(stdout).toMatch(/^ {2}skipped {2}\d+ checks: needs --allow-changes$/m);
    expect(code).toBe(0);
    const { platform, target } = embedded;
    const expected = platform.events.filter(({ workspaceId }) => workspaceId === target.resources.self?.id);
    expect(expected.map(({ type }) => type).filter((type) => !type.startsWith("DELEGATION_"))).toEqual([]);
  });

  it("changes the workspace and uses up the rate limit with --allow-changes", async () => {
    await using embedded = await startEmbeddedTarget("2026-05", "saas", { rateLimit: 450 });
    const { code, stdout, stderr } = await run(...optionsFor(embedded), "--allow-changes");
    expect(stderr).toBe("");
    expect(stdout).toContain(", version 2026-05, saas\n");
    expect(stdout).not.toMatch(/^ {2}(fail|allowed) /m);
    expect(stdout).toMatch(/^ {2}pass {5}status\.wedge /m);
    expect(stdout).toMatch(/^ {2}pass {5}limit\.refuses /m);
    expect(code).toBe(0);
  });

  it.each(["2026-04", "2026-05"] as const)(
    "lets the operator of %s create workspaces whose agents run on this machine with --agent-host",
    async (version) => {
      await using embedded = await startEmbeddedTarget(version, "self-hosted");
      const options = [...optionsFor(embedded), "--allow-changes", "--agent-host=127.0.0.1"];
      for (const topic of ["agent", "queue", "delegate", "gate", "state"]) {
        const { code, stdout } = await run(...options, "--only", topic);
        expect(stdout).not.toMatch(/^ {2}(fail|allowed) /m);
        expect(stdout).not.toContain("--agent-host");
        expect(code).toBe(0);
      }
    },
  );

  it("skips the checks that need an agent of the peer where the peer has no URL", async () => {
    await using embedded = await startEmbeddedTarget("2026-04", "self-hosted");
    const { platform } = embedded;
    const self = platform.addWorkspace();
    const peer = platform.addWorkspace({ status: "provisioning" });
    const options = [`--url=${platform.url}`, `--workspace=${self.id}`, `--token=${self.token}`];
    const peers = [`--peer=${peer.id}`, `--peer-token=${peer.token}`];
    for (const topic of ["message", "gate"]) {
      const { code, stdout } = await run(...options, ...peers, "--only", topic);
      expect(stdout).toMatch(/^ {2}skipped {2}\d checks: needs a --peer whose agent has a URL$/m);
      expect(code).toBe(0);
    }
  });

  it("does not use up a rate limit that is unlimited", async () => {
    await using embedded = await startEmbeddedTarget("2026-05", "self-hosted", { rateLimit: undefined });
    const { code, stdout } = await run(...optionsFor(embedded), "--allow-changes", "--only", "limit");
    expect(stdout).toContain("the platform reports no limit");
    expect(stdout).toMatch(/\n5 checks: 3 pass, 0 fail, 0 allowed, 2 skipped\n$/);
    expect(code).toBe(0);
  });

  it("waits when the rate limit is used up, and continues", async () => {
    await using embedded = await startEmbeddedTarget("2026-05", "self-hosted");
    const tooMany = { status: 429, headers: { "Retry-After": "0" }, body: { error: "rate limit exceeded" } };
    embedded.platform.fail("GET /workspaces/:id/state", tooMany, { times: 2 });
    expect(await run(...optionsFor(embedded), "--only", "state.own")).toMatchObject({ code: 0 });
  });

  it("exits with 1 when a check fails", async () => {
    await using embedded = await startEmbeddedTarget("2026-05", "self-hosted");
    embedded.platform.fail("GET /workspaces/:id/state", { status: 500 });
    const { code, stdout } = await run(...optionsFor(embedded), "--only", "state.own");
    expect(stdout).toContain("fail     state.own");
    expect(stdout).toMatch(/\n1 checks: 0 pass, 1 fail, 0 allowed, 0 skipped\nfailed: state\.own\n$/);
    expect(code).toBe(1);
  });

  it("exits with 2 when workspace and token do not belong together, whichever version it is", async () => {
    await using embedded = await startEmbeddedTarget("2026-05", "self-hosted");
    for (const version of [[], ["--version", "2026-05"]]) {
      expect(await run(...optionsFor(embedded, "token"), "--token=wrong", ...version)).toEqual({
        code: 2,
        stdout: "",
        stderr: '--workspace and --token do not belong together: 401 "invalid workspace auth token"\n',
      });
    }
    expect(await run(...optionsFor(embedded, "peer-token"), "--peer-token=wrong")).toEqual({
      code: 2,
      stdout: "",
      stderr: '--peer and --peer-token do not belong together: 401 "invalid workspace auth token"\n',
    });
  });

  it("exits with 2 when its version cannot be detected, unless --version states it", async () => {
    await using embedded = await startEmbeddedTarget("2026-04", "self-hosted");
    embedded.platform.fail("GET /workspaces/:id/activity", { status: 500, body: { error: "query failed" } });
    expect(await run(...optionsFor(embedded), "--only", "state.own")).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "The version of the platform cannot be detected, so --version is needed: " +
        'the response to the probe was 500 {"error":"query failed"}\n',
    });
    const expected = await run(...optionsFor(embedded), "--only", "state.own", "--version", "2026-04");
    expect(expected).toMatchObject({ code: 0, stdout: expect.stringContaining("1 pass") });
  });

  it.each(["2026-04", "2026-05"] as const)("detects without a workspace the version %s", async (version) => {
    await using embedded = await startEmbeddedTarget(version, "self-hosted");
    const { code, stdout } = await run("--url", embedded.platform.url);
    expect(stdout).toContain(`, version ${version}, self-hosted\n`);
    expect(code).toBe(0);
    expect(embedded.platform.events.map(({ type }) => type)).not.toContain("WORKSPACE_ONLINE");
    embedded.platform.fail("POST /registry/register", { status: 503, body: "" });
    expect(await run("--url", embedded.platform.url)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/so --version is needed: .* 503 without a body\n$/),
    });
  });

  it.each([
    [{ status: 200, body: "<!doctype html>\n<p>Hello</p>" }, "200 <!doctype html> <p>Hello</p>"],
    [{ status: 200, body: { status: "starting" } }, '200 {"status":"starting"}'],
    [{ status: 404, body: "" }, "404 without a body"],
  ])("exits with 2 when its health is not that of a platform", async (fault, shown) => {
    await using embedded = await startEmbeddedTarget("2026-05", "self-hosted");
    const { url, fail } = embedded.platform;
    fail("GET /health", fault);
    expect(await run("--url", url)).toEqual({
      code: 2,
      stdout: "",
      stderr: `There is no platform at ${url}: expected 200 {"status":"ok"} of /health, got ${shown}\n`,
    });
  });

  it("reads tokens from the environment", async () => {
    await using embedded = await startEmbeddedTarget("2026-05", "self-hosted");
    const { self, peerToken, adminToken } = embedded.target.resources;
    const env = {
      MOLECULE_WORKSPACE_TOKEN: ` ${self?.token}\n`,
      CONFORMANCE_PEER_TOKEN: peerToken ?? "",
      CONFORMANCE_ADMIN_TOKEN: adminToken ?? "",
    };
    const options = optionsFor(embedded, "token", "peer-token", "admin-token");
    const { code, stdout } = await runWith(env, ...options, "--only", "state");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /pass {5}state\.own .*pass {5}state\.foreign-token .*pass {5}state\.admin-token /s,
    );

    expect(
      await runWith({ MOLECULE_WORKSPACE_TOKEN: "wrong" }, ...optionsFor(embedded), "--only", "state"),
    ).toMatchObject({ code: 0 });
    // Of no use without the workspace it belongs to.
    expect(await runWith(env, "--url", embedded.platform.url, "--only", "health")).toMatchObject({ code: 0 });
  });

  it("exits with 2 when it cannot be reached", async () => {
    const { code, stdout, stderr } = await run("--url", "http://127.0.0.1:1/");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^The platform at http:\/\/127\.0\.0\.1:1 cannot be reached: fetch failed \(/);
  });
});

const AT = ["--url", "http://127.0.0.1:1"];
const ONE = "7b0e1c52-5d0a-4d0f-9a53-0f6a2d9a11aa";

describe("the command line", () => {
  it.each([
    [["--no-such-option"], /^Unknown option/],
    [["--version", "2025-01"], /^Unknown version 2025-01/],
    [["--deploy-mode", "cloud"], /^Unknown deploy mode cloud/],
    [["--url", "localhost:8080"], /^Expected an http or https URL, got localhost:8080/],
    [["--only", "nothing"], /^No check is named nothing…/],
    [[...AT, "--workspace=me"], /^Expected --workspace to be a UUID, got me\n/],
    [[...AT, "--peer=you"], /^Expected --peer to be a UUID, got you\n/],
    [[...AT, "--stranger="], /^Expected --stranger to be a UUID, got nothing\n/],
    [
      [...AT, `--workspace=${ONE}`],
      /^--workspace needs --token, or MOLECULE_WORKSPACE_TOKEN in the environment\n/,
    ],
    [[...AT, "--token=x"], /^--token needs --workspace\n/],
    [[...AT, "--peer-token=x"], /^--peer-token needs --peer\n/],
    [[...AT, `--workspace=${ONE}`, "--token="], /^Expected --token to be a token, got nothing\n/],
    [[...AT, "--admin-token=a secret"], /^Expected --admin-token to be a token, without spaces\n/],
    [
      [...AT, `--peer=${ONE}`, `--stranger=${ONE.toUpperCase()}`],
      /^--peer and --stranger are the same workspace\n/,
    ],
    [
      [...AT, `--workspace=${ONE}`, "--token=x", `--peer=${ONE}`],
      /^--workspace and --peer are the same workspace\n/,
    ],
    [[`--peer=${ONE}`], /^--peer needs --url\n/],
    [["--allow-changes"], /^--allow-changes needs --url\n/],
    [["--agent-host=localhost"], /^--agent-host needs --url\n/],
    [
      [...AT, "--agent-host=localhost"],
      /^--agent-host needs a host name, --admin-token and --allow-changes\n/,
    ],
    [[...AT, "--admin-token=x", "--allow-changes", "--agent-host=a b"], /^--agent-host needs a host name/],
  ])("%j exits with 2", async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("prints the usage, and lists the checks without a request", async () => {
    expect(await run("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("--peer-token") });
    const { code, stdout } = await run("--list", "--url", "http://127.0.0.1:1/");
    expect(code).toBe(0);
    expect(stdout).toContain("    may fail: Later builds respond with 413");
    expect(stdout).toContain("    only 2026-04");
  });

  it("lists the checks as JSON, too", async () => {
    const { code, stdout } = await run("--list", "--json", "--only", "discover.target-token");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      checks: [
        {
          id: "discover.target-token",
          topic: "discover",
          title: expect.any(String),
          only: null,
          needs: ["--workspace and --token", "--peer", "--peer-token"],
          mayFail: null,
        },
      ],
    });
  });

  it("never prints a token", async () => {
    const { stderr } = await run(...AT, "--admin-token=very secret");
    expect(stderr).not.toContain("secret");
  });

  it("runs as a program", async () => {
    const { code, stdout, stderr } = await runTsx("src/conformance/main.ts", ["--only", "health"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\n5 checks: 2 pass, 0 fail, 0 allowed, 3 skipped\n$/);
  });
});
