import { describe, expect, it } from "vitest";
import { parseOutput, startWithWorkspace, TOKEN } from "../helpers/platform";

describe("peers and discover", () => {
  it("print a table, and the same as JSON", async () => {
    await using set = await startWithWorkspace();
    const writer = set.platform.addWorkspace({ name: "Writer", role: "writes", reply: () => "" });
    const { code, stdout, stderr } = await set.run(["peers"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(`Name    Role    Status  Id\nWriter  writes  online  ${writer.id}\n`);
    expect(parseOutput(await set.run(["peers", "--json"]))).toMatchObject({
      peers: [{ id: writer.id }],
      diagnostic: null,
    });
    expect((await set.run(["discover", "WRITER"])).stdout).toMatch(
      new RegExp(`^Name  Writer\nId    ${writer.id}\n`),
    );
    expect(parseOutput(await set.run(["discover", writer.id, "--json"]))).toMatchObject({
      peer: { id: writer.id },
    });
  });

  it("fail without a peer that matches", async () => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Writer" });
    const failed = { code: 1, stdout: "", stderr: 'error: No peer matches "juggler"\n' };
    expect(await set.run(["peers", "--query", "juggler"])).toEqual(failed);
    const json = await set.run(["peers", "--query", "juggler", "--json"]);
    expect({ code: json.code, ...parseOutput(json) }).toEqual({ code: 1, peers: [], diagnostic: null });
  });

  it("cut long names and roles on a terminal, and show no control characters", async () => {
    await using set = await startWithWorkspace();
    const role = `\u001b[31m${"writes ".repeat(20)}`;
    set.platform.addWorkspace({ name: "Writer ".repeat(15).trim(), role, reply: () => "" });
    const { stdout } = await set.run(["peers"], { isTTY: true, env: { NO_COLOR: "1" } });
    expect(stdout).not.toContain("\u001b");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect((await set.run(["peers"])).stdout).toContain("writes writes writes writes writes writes");
  });

  it.each([
    ["MOLECULE_WORKSPACE_ID", (id: string) => ({ MOLECULE_WORKSPACE_ID: id })],
    [
      "the lists of a host",
      (id: string) => ({
        MOLECULE_WORKSPACE_TOKEN: undefined,
        MOLECULE_WORKSPACE_IDS: id,
        MOLECULE_WORKSPACE_TOKENS: TOKEN,
      }),
    ],
  ])("find the workspace in %s", async (_, envOf) => {
    await using set = await startWithWorkspace();
    set.platform.addWorkspace({ name: "Writer" });
    const { code, stdout } = await set.run(["peers"], {
      env: { WORKSPACE_ID: undefined, ...envOf(set.me.id) },
    });
    expect({ code, hasPeer: stdout.includes("Writer") }).toEqual({ code: 0, hasPeer: true });
  });

  it("name a missing token in the words of the command", async () => {
    await using set = await startWithWorkspace();
    const env = { MOLECULE_WORKSPACE_TOKEN: undefined };
    const { code, stdout, stderr } = await set.run(["peers", "--token-file", "/nowhere", "--json"], { env });
    expect(code).toBe(1);
    for (const message of [stderr, parseOutput({ stdout }).diagnostic.message]) {
      expect(message).toContain("none was found in --token-file");
      expect(message).toContain("Set MOLECULE_WORKSPACE_TOKEN, or give --token-file.");
      expect(message).not.toMatch(/the client|option/);
    }
  });

  it("warn of rows that are no peers", async () => {
    await using set = await startWithWorkspace();
    const { id } = set.me;
    set.platform.fail("GET /registry/:id/peers", {
      status: 200,
      body: [{ id: "none" }, { id, name: "Writer" }],
    });
    const { code, stdout, stderr } = await set.run(["peers"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Writer");
    expect(stderr).toMatch(/^Warning: The platform listed 2 peers, of which 1 had no valid id.*\n$/);
  });

  it("say on standard error that there are none, with exit code 0", async () => {
    await using set = await startWithWorkspace();
    expect(await set.run(["peers"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "This workspace has no peers.\n",
    });
  });

  it("fail when the platform is away", async () => {
    await using set = await startWithWorkspace();
    const away = { env: { PLATFORM_URL: "http://127.0.0.1:9" } };
    for (const args of [["peers"], ["discover", "Writer"]]) {
      const { code, stdout, stderr } = await set.run(args, away);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/^error: .*Cannot reach platform at http:\/\/127\.0\.0\.1:9.*\n$/);
    }
  });
});
