import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  commandPath,
  environmentOf,
  platformWithWorkspace,
  preload,
  SHORT_WAITS,
  SLOW,
  startHost,
  untilReading,
} from "./helpers/server";

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "host", version: "1" } },
};

/** Starts the server, and begins to use it, without a client library, so that all it prints is seen. */
async function startRaw(env: Record<string, string>, ...nodeArgs: string[]) {
  const child = spawn(process.execPath, [...nodeArgs, await commandPath(), "mcp"], { env });
  onTestFinished(() => void child.kill("SIGKILL"));
  const send = (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`);
  const ended = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]).then(
    ([[code, signal], stdout, stderr]) => ({ code, signal, stdout, stderr }),
  );
  send(INITIALIZE);
  send({ jsonrpc: "2.0", method: "notifications/initialized" });
  return { child, send, ended };
}

describe("an MCP server", () => {
  it("registers its workspace in poll mode with the card of the environment, and beats", async () => {
    const { platform, me } = await platformWithWorkspace();
    const env = await environmentOf(platform, me);
    await startHost({ ...env, MOLECULE_AGENT_NAME: "Writer", MOLECULE_AGENT_SKILLS: "prose" });
    await vi.waitFor(
      () => expect(platform.requests.some(({ path }) => path === "/registry/heartbeat")).toBe(true),
      SLOW,
    );
    expect(me.state).toMatchObject({
      status: "online",
      deliveryMode: "poll",
      agentCard: { name: "Writer", skills: [{ id: "prose", name: "prose" }] },
    });
  });

  it("registers once, also where the host asks a process of its own what the server speaks", async () => {
    const { platform, me } = await platformWithWorkspace();
    const { call } = await startHost(await environmentOf(platform, me), "client 2.4, 2026-07-28");
    await call("get_workspace_info");
    await untilReading(platform, me);
    expect(platform.requests.filter(({ path }) => path === "/registry/register")).toHaveLength(1);
  });

  it.each(["the host closes its input", "SIGTERM", "SIGINT"] as const)(
    "ends with a last beat and exit code 0 (%s)",
    async (reason) => {
      const { platform, me } = await platformWithWorkspace();
      const { child, ended } = await startRaw(await environmentOf(platform, me));
      const beats = () => platform.requests.filter(({ path }) => path === "/registry/heartbeat").length;
      await vi.waitFor(() => expect(beats()).toBe(1), SLOW);
      if (reason === "the host closes its input") child.stdin.end();
      else child.kill(reason);
      expect(await ended).toMatchObject({ code: 0, signal: null });
      expect(beats()).toBe(2);
    },
  );

  it("reports no task any more when it ends during a call", async () => {
    const { platform, me } = await platformWithWorkspace();
    const peer = platform.addWorkspace({ name: "Slow", reply: () => new Promise(() => {}) });
    const { child, send, ended } = await startRaw(await environmentOf(platform, me));
    send({
      jsonrpc: "2.0",
      id: 2,
      method: "tools/call",
      params: { name: "delegate_task", arguments: { workspace_id: peer.id, task: "Take your time." } },
    });
    await vi.waitFor(() => expect(me.state.activeTasks).toBe(1), SLOW);
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect(me.state).toMatchObject({ activeTasks: 0, currentTask: "" });
  });

  it("ends also when the platform does not answer its last requests", async () => {
    const { platform, me } = await platformWithWorkspace();
    const { child, ended } = await startRaw(await environmentOf(platform, me));
    await untilReading(platform, me);
    platform.fail("POST /registry/heartbeat", { kind: "stall" });
    platform.fail("GET /workspaces/:id/activity", { kind: "stall" });
    child.stdin.end();
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });

  it("ends in order when the host is gone and takes no output any more", async () => {
    const { platform, me } = await platformWithWorkspace();
    const { child, send, ended } = await startRaw(await environmentOf(platform, me));
    await untilReading(platform, me);
    child.stdout.destroy();
    send({ jsonrpc: "2.0", id: 2, method: "tools/list" });
    ended.catch(() => {});
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(me.state.activeTasks).toBe(0);
  });

  it("keeps standard output for the protocol, whatever prints there", async () => {
    const { platform, me } = await platformWithWorkspace();
    const noise = 'setInterval(() => { console.log("noise"); process.stdout.write("more noise\\n"); }, 5);';
    const { child, send, ended } = await startRaw(await environmentOf(platform, me), ...preload(noise));
    await untilReading(platform, me);
    send({ jsonrpc: "2.0", id: 2, method: "tools/list" });
    await vi.waitFor(() => expect(platform.requests.length).toBeGreaterThan(2), SLOW);
    child.kill("SIGTERM");
    const { stdout, stderr } = await ended;
    const lines = stdout.slice(stdout.indexOf("{")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).id)).toEqual([1, 2]);
    expect(stderr).toContain("noise");
  });

  it("starts without its platform, says so in its tools, and registers once it is there", async () => {
    const gone = await startPlatform();
    const port = Number(new URL(gone.url).port);
    await gone.close();
    const id = "33333333-3333-4333-8333-333333333333";
    const env = await environmentOf(gone, { id, token: "a-token" } as never);
    const host = await startHost(env, "client 2.4", SHORT_WAITS);
    expect(await host.call("list_peers")).toMatchObject({ isError: true });
    const fails = async () => expect(await host.call("wait_for_message")).toMatchObject({ isError: true });
    await vi.waitFor(fails, SLOW);
    await vi.waitFor(() => expect(host.log()).toContain("The registration is tried again"), SLOW);
    const platform = await startPlatform({ port });
    onTestFinished(() => platform.close());
    const me = platform.addWorkspace({ id, token: "a-token", deliveryMode: "poll" });
    await vi.waitFor(() => expect(host.log()).toContain("registered in poll mode"), { timeout: 18_000 });
    me.writeAsHuman("at last");
    expect((await host.call("wait_for_message", { timeout_secs: 20 })).text).toContain("at last");
  });
});
