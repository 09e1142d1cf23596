import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCommand } from "../../conformance/cli";
import { type EmbeddedWorld, startEmbedded } from "../../conformance/embedded";

/** What the command prints, and its exit code. */
async function run(...args: string[]) {
  let stdout = "";
  let stderr = "";
  const code = await runCommand(
    args,
    { write: (written) => (stdout += written) },
    { write: (written) => (stderr += written) },
  );
  return { code, stdout, stderr };
}

/** The options that give a platform in this process as if it were somebody else's. */
function optionsFor({ platform, world: { given } }: EmbeddedWorld): string[] {
  const { self, peer, peerToken, stranger, adminToken, orgId } = given;
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
    value === undefined ? [] : [`--${name}=${value}`],
  );
}

describe("without a URL", () => {
  it("asks the embedded platform and ends with 0", async () => {
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
          title: "A removed workspace is gone, with a hint what to do",
          verdict: "skipped",
          note: "a rule of 2026-05",
          elapsedMs: expect.any(Number),
        },
      ],
    });
  });
});

describe("with the URL of a platform", () => {
  it("asks it over HTTP alone, and leaves the workspace as it is", async () => {
    await using embedded = await startEmbedded("2026-04", "self-hosted");
    const { code, stdout, stderr } = await run(...optionsFor(embedded));
    expect(stderr).toBe("");
    expect(stdout).toContain(", version 2026-04, self-hosted\n");
    expect(stdout).not.toMatch(/^ {2}(fail|allowed) /m);
    expect(stdout).toContain("(needs the embedded platform)");
    expect(stdout).toContain("(needs --allow-changes)");
    expect(code).toBe(0);
    const { platform, world } = embedded;
    const told = platform.events.filter(({ workspaceId }) => workspaceId === world.given.self?.id);
    expect(told.map(({ type }) => type).filter((type) => !type.startsWith("DELEGATION_"))).toEqual([]);
  });

  it("may change the workspace and use up the limit when that is allowed", async () => {
    await using embedded = await startEmbedded("2026-05", "saas", { rateLimit: 450 });
    const { code, stdout, stderr } = await run(...optionsFor(embedded), "--allow-changes");
    expect(stderr).toBe("");
    expect(stdout).toContain(", version 2026-05, saas\n");
    expect(stdout).not.toMatch(/^ {2}(fail|allowed) /m);
    expect(stdout).toMatch(/^ {2}pass {5}status\.wedge /m);
    expect(stdout).toMatch(/^ {2}pass {5}limit\.refuses /m);
    expect(code).toBe(0);
  });

  it("does not look for the end of an allowance that has none", async () => {
    await using embedded = await startEmbedded("2026-05", "self-hosted", { rateLimit: undefined });
    const { code, stdout } = await run(...optionsFor(embedded), "--allow-changes", "--only", "limit");
    expect(stdout).toContain("the platform says that there is no limit");
    expect(stdout).toMatch(/\n5 checks: 3 pass, 0 fail, 0 allowed, 2 skipped\n$/);
    expect(code).toBe(0);
  });

  it("waits when its allowance is used up, and goes on", async () => {
    await using embedded = await startEmbedded("2026-05", "self-hosted");
    const tooMany = { status: 429, headers: { "Retry-After": "0" }, body: { error: "rate limit exceeded" } };
    embedded.platform.fail("GET /workspaces/:id/state", tooMany, { times: 2 });
    expect(await run(...optionsFor(embedded), "--only", "state.own")).toMatchObject({ code: 0 });
  });

  it("ends with 1 when a check fails", async () => {
    await using embedded = await startEmbedded("2026-05", "self-hosted");
    embedded.platform.fail("GET /workspaces/:id/state", { status: 500 });
    const { code, stdout } = await run(...optionsFor(embedded), "--only", "state.own");
    expect(stdout).toContain("fail     state.own");
    expect(code).toBe(1);
  });

  it("ends with 2 when it cannot be reached", async () => {
    const { code, stdout, stderr } = await run("--url", "http://127.0.0.1:1/");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^The platform at http:\/\/127\.0\.0\.1:1 cannot be reached: fetch failed \(/);
  });
});

describe("the command line", () => {
  it.each([
    [["--no-such-option"], /^Unknown option/],
    [["--version", "2025-01"], /^Unknown version 2025-01/],
    [["--deploy-mode", "cloud"], /^Unknown deploy mode cloud/],
    [["--url", "localhost:8080"], /^Expected an http or https URL, got localhost:8080/],
    [["--only", "nothing"], /^No check is named nothing…/],
  ])("%j is refused with 2", async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("explains itself, and lists the checks without asking anything", async () => {
    expect(await run("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("--peer-token") });
    const { code, stdout } = await run("--list", "--url", "http://127.0.0.1:1/");
    expect(code).toBe(0);
    expect(stdout).toContain("    may fail: Later builds answer 413");
    expect(stdout).toContain("    only 2026-04");
  });

  it("is that of a program", async () => {
    const root = fileURLToPath(new URL("../../", import.meta.url));
    const tsx = createRequire(import.meta.url).resolve("tsx/cli");
    const child = spawn(process.execPath, [tsx, "conformance/main.ts", "--only", "health"], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const closed = new Promise((resolve) => child.once("close", resolve));
    expect(await text(child.stdout)).toMatch(/\n2 checks: 2 pass, 0 fail, 0 allowed, 0 skipped\n$/);
    expect(await closed).toBe(0);
  });
});
