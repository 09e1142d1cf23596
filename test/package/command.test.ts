import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { startPlatform } from "a2a-peers/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InstalledPackage, installPackage } from "./installed";

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
}, 120_000);
afterAll(() => installed?.remove());

const TOKEN = "a-token-of-this-workspace";

/** Starts the command as a shell would, without a terminal. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(join(installed.folder, "node_modules/.bin/a2a-peers"), args, {
    env: { PATH: process.env.PATH, HOME: installed.folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("close", resolve).once("error", reject);
  });
  const output = Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { child, ended: output.then(([stdout, stderr, code]) => ({ stdout, stderr, code })) };
}

const run = (args: readonly string[], env?: Readonly<Record<string, string>>) => start(args, env).ended;

async function startWithSlowPeer() {
  const platform = await startPlatform();
  const me = platform.addWorkspace({ name: "Me", token: TOKEN });
  const slow = platform.addWorkspace({ name: "Slow", reply: () => new Promise(() => {}) });
  const env = { PLATFORM_URL: platform.url, WORKSPACE_ID: me.id, MOLECULE_WORKSPACE_TOKEN: TOKEN };
  return { platform, slow, env, [Symbol.asyncDispose]: platform.close };
}

describe("the installed command", () => {
  it("prints the version of the package and its help", async () => {
    const { version } = JSON.parse(readFileSync(installed.file("package.json"), "utf8"));
    expect(await run(["--version"])).toEqual({ stdout: `${version}\n`, stderr: "", code: 0 });
    expect((await run(["--help"])).stdout).toContain("Exit codes:");
  });

  it("loads neither the library nor a command for its help", () => {
    const loaded = new Set(["cli.js"]);
    for (const file of loaded) {
      const source = readFileSync(installed.file("dist", file), "utf8");
      for (const [, name = ""] of source.matchAll(/\b(?:from|import)\s*"([^"]+)"/g)) {
        expect(name).not.toMatch(/^a2a-peers/);
        if (name.startsWith(".")) loaded.add(join(file, "..", name));
      }
    }
    expect([...loaded].join()).not.toMatch(/send|doctor|platform/);
  });

  it("sends a message, and says with 3 that the peer may have it", async () => {
    await using set = await startWithSlowPeer();
    set.platform.addWorkspace({ name: "Echo", reply: ({ text }) => text });
    expect(await run(["send", "Echo", "hello"], set.env)).toEqual({ stdout: "hello\n", stderr: "", code: 0 });
    const late = await run(["send", "Slow", "hello", "--timeout", "2s"], set.env);
    expect({ code: late.code, stdout: late.stdout }).toEqual({ code: 3, stdout: "" });
    expect(late.stderr).not.toContain(TOKEN);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends by %s with %i, and says that the peer may have the message", async (signal, code) => {
    await using set = await startWithSlowPeer();
    const { child, ended } = start(["send", "Slow", "hello"], set.env);
    await expect.poll(() => set.slow.received.length, { timeout: 10_000 }).toBe(1);
    child.kill(signal);
    expect(await ended).toMatchObject({
      code,
      stdout: "",
      stderr: expect.stringContaining("Slow may have the message"),
    });
  });

  it("runs a platform that its other commands use, until Ctrl-C", async () => {
    const { child, ended } = start(["platform", "--echo", "Writer", "--json"]);
    const line = await new Promise<string>((resolve) =>
      child.stdout.once("data", (data) => resolve(String(data))),
    );
    const { url, workspaces } = JSON.parse(line);
    const [{ id, token }] = workspaces;
    const env = { PLATFORM_URL: url, WORKSPACE_ID: id, MOLECULE_WORKSPACE_TOKEN: token };
    expect((await run(["doctor", "--active", "--json"], env)).code).toBe(0);
    expect((await run(["send", "Writer", "hello"], env)).stdout).toBe("hello\n");
    child.kill("SIGINT");
    expect((await ended).code).toBe(0);
  });

  it("serves the tools over MCP, with all that it needs for it in the package", async () => {
    await using set = await startWithSlowPeer();
    const command = join(installed.folder, "node_modules/.bin/a2a-peers");
    const env = { PATH: String(process.env.PATH), HOME: installed.folder, ...set.env };
    const host = new Client({ name: "host", version: "1.0.0" });
    await host.connect(new StdioClientTransport({ command, args: ["mcp"], env, stderr: "ignore" }));
    const result = await host.callTool({ name: "list_peers", arguments: {} });
    expect(result.content).toMatchObject([{ text: expect.stringContaining("Slow") }]);
    await host.close();
    expect(existsSync(join(installed.folder, "node_modules/@modelcontextprotocol"))).toBe(false);
  });

  it("runs the demo, with an agent in a process of its own", async () => {
    const { stdout, stderr, code } = await run(["demo", "--json"]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(last).toMatchObject({ type: "demo.ended", surprises: 0, conversations: 8 });
  }, 60_000);

  it("runs the conformance suite", async () => {
    const { stdout, code } = await run(["conformance", "--only", "health"]);
    expect(code).toBe(0);
    expect(stdout).toContain("0 fail");
  });
});
