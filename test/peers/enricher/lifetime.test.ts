import { execFile } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createA2AClient } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { failureOf } from "../../helpers/failure";
import { numberedId } from "../../helpers/ids";
import { resources, until } from "../../helpers/sockets-client";
import { createError, createFakes } from "./fakes";
import { DEFAULT_LIMITS } from "./limits";
import { DISCOVER, flushSockets, setUp } from "./setup";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs a module that has a `client`; resolves with what it wrote once it exits by itself, with code 0. */
async function run(options: object, lines: readonly string[]): Promise<string> {
  const script = [
    `import { createA2AClient } from "./src/index.ts";`,
    `const client = createA2AClient(${JSON.stringify(options)});`,
    "const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));",
    "const until = async (name, count) => {",
    "  while (client.enricher.stats()[name] !== count) await sleep(5);",
    "};",
    ...lines,
    "process.stdout.write(JSON.stringify({ ...client.enricher.stats(), found }));",
  ].join("\n");
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, timeout: 15_000 });
  return JSON.parse(stdout);
}

// Longer than `run` lets a process live that waits for a request.
const timeouts = { enrichMs: 600_000, requestMs: 600_000 };

describe.concurrent("a process", () => {
  it("with background requests to a stalled registry exits by itself", async () => {
    await using platform = await startPlatform();
    const { id: workspaceId, token } = platform.addWorkspace();
    const lead = platform.addWorkspace({ reply: () => "ok" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id } }, { times: 1 });
    platform.fail("*", { kind: "stall" });
    const output = await run({ platformUrl: platform.url, workspaceId, token, timeouts }, [
      `client.enricher.get("${lead.id}");`,
      `await until("cached", 1);`,
      // The discovery uses the existing connection, the list a new one.
      `const found = client.enricher.get("${numberedId(1)}");`,
      `await until("inFlight", 1);`,
      `for (const id of ${JSON.stringify([2, 3, 4].map(numberedId))}) client.enricher.get(id);`,
      `await until("inFlight", 2);`,
      "await sleep(50);",
    ]);
    expect(output).toMatchObject({ found: null, inFlight: 2, queued: 3 });
  });

  it("that waits for `settled` does not exit before it has the record", async () => {
    await using platform = await startPlatform();
    const { id: workspaceId, token } = platform.addWorkspace();
    const lead = platform.addWorkspace({ reply: () => "ok", name: "Lead" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Lead" }, delayMs: 200 }, { times: 1 });
    const output = await run({ platformUrl: platform.url, workspaceId, token, timeouts }, [
      `client.enricher.get("${lead.id}");`,
      "await client.enricher.settled();",
      `const found = client.enricher.get("${lead.id}");`,
    ]);
    expect(output).toMatchObject({ found: { name: "Lead" }, inFlight: 0 });
  });

  it("that has just started a background request exits by itself", async () => {
    await using platform = await startPlatform();
    const { id: workspaceId, token } = platform.addWorkspace();
    platform.fail("*", { kind: "stall" });
    const output = await run({ platformUrl: platform.url, workspaceId, token, timeouts }, [
      `const found = client.enricher.get("${numberedId(1)}");`,
      "await sleep(0);",
    ]);
    expect(output).toMatchObject({ found: null, inFlight: 1 });
  });

  it("whose background requests are paused by a rate limit exits by itself", async () => {
    await using platform = await startPlatform();
    const { id: workspaceId, token } = platform.addWorkspace();
    platform.fail("*", { status: 429, headers: { "retry-after": "300" } });
    const output = await run({ platformUrl: platform.url, workspaceId, token, timeouts }, [
      `const found = client.enricher.get("${numberedId(1)}");`,
      `await until("inFlight", 1);`,
      `await until("inFlight", 0);`,
    ]);
    expect(output).toMatchObject({ found: null, inFlight: 0, queued: 1 });
  });

  it("with a pending `fetch` does not exit before it has the record", async () => {
    await using platform = await startPlatform();
    const { id: workspaceId, token } = platform.addWorkspace();
    const lead = platform.addWorkspace({ name: "Lead", reply: () => "ok" });
    const record = { id: lead.id, name: "Lead" };
    platform.fail(DISCOVER, { status: 200, body: record, delayMs: 100 });
    const output = await run({ platformUrl: platform.url, workspaceId, token, timeouts }, [
      `const found = await client.enricher.fetch("${lead.id}");`,
    ]);
    expect(output).toMatchObject({ found: record, cached: 1 });
  });

  it("with a pending `fetch` for a request that began in the background does not exit, either", async () => {
    await using platform = await startPlatform();
    const { id: workspaceId, token } = platform.addWorkspace();
    const lead = platform.addWorkspace({ name: "Lead", reply: () => "ok" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Lead" }, delayMs: 100 });
    const output = await run({ platformUrl: platform.url, workspaceId, token, timeouts }, [
      `client.enricher.get("${lead.id}");`,
      `await until("inFlight", 1);`,
      `const found = await client.enricher.fetch("${lead.id}");`,
    ]);
    expect(output).toMatchObject({ found: { name: "Lead" }, cached: 1, misses: 2 });
    expect(platform.requests).toHaveLength(1);
  });

  it("does not exit during a call on a connection that a background request used before", async () => {
    await using platform = await startPlatform();
    const { id: workspaceId, token } = platform.addWorkspace();
    const lead = platform.addWorkspace({ name: "Lead", reply: () => "ok" });
    const record = { id: lead.id, name: "Lead" };
    platform.fail(DISCOVER, { status: 200, body: record }, { times: 1 });
    platform.fail(DISCOVER, { status: 200, body: record, delayMs: 100 });
    const output = await run({ platformUrl: platform.url, workspaceId, token, timeouts }, [
      `client.enricher.get("${lead.id}");`,
      `await until("cached", 1);`,
      `const found = await client.discoverPeer("${lead.id}");`,
    ]);
    expect(output).toMatchObject({ found: record });
  });
});

describe("close", () => {
  it("ends running and queued requests, and leaves no timer", async () => {
    const { enricher, client, platform, clock, events } = await setUp();
    platform.fail("*", { kind: "stall" });
    enricher.get(numberedId(1));
    await until(() => platform.requests.length === 1, "the request has arrived");
    for (const index of [2, 3, 4]) enricher.get(numberedId(index));
    const waiting = failureOf(enricher.fetch(numberedId(1)));
    const queued = failureOf(enricher.fetch(numberedId(5)));
    const settled = enricher.settled();
    expect(clock.pending).toBeGreaterThan(0);

    await client.close();

    expect(await waiting).toMatchObject({ code: "closed" });
    expect(await queued).toMatchObject({ code: "closed" });
    await settled;
    expect(clock.pending).toBe(0);
    expect(enricher.stats()).toMatchObject({ queued: 0, inFlight: 0 });
    expect(events).toEqual([]);
  });

  it("ends a pause", async () => {
    const { enricher, client, platform, clock, events, requestPaths } = await setUp();
    platform.fail("*", { status: 429, headers: { "retry-after": "60" } });
    enricher.get(numberedId(1));
    await until(() => events.length === 1, "the queue is paused");
    const settled = enricher.settled();
    await client.close();
    await settled;
    expect(clock.pending).toBe(0);
    await clock.advance(60_000);
    await flushSockets();
    expect(requestPaths()).toHaveLength(1);
  });

  it("at the moment of a 429 leaves no timer", async () => {
    const { enricher, clock, pending } = createFakes(DEFAULT_LIMITS);
    enricher.get(numberedId(1));
    enricher.get(numberedId(2));
    await setImmediate();
    pending[0]?.reject(createError("rate_limited", 60_000));
    enricher.close();
    await setImmediate();
    expect(clock.pending).toBe(0);
  });

  it("leaves nothing that keeps the process alive", async () => {
    await using platform = await startPlatform();
    const { id: workspaceId, token } = platform.addWorkspace();
    platform.fail("*", { kind: "stall-body" });
    const timers = resources("Timeout");
    const client = createA2AClient({ platformUrl: platform.url, workspaceId, token });
    client.enricher.get(numberedId(1));
    const waiting = failureOf(client.enricher.fetch(numberedId(2)));
    await until(() => platform.requests.length === 1, "the request has arrived");
    await client.close();
    await waiting;
    await until(() => resources("Timeout") <= timers, "no timer is left");
    await until(() => resources("TCPSocketWrap") === 0, "no socket is left");
  });

  it("makes `get` return null without a request, for cached peers, too", async () => {
    const { enricher, client, requestPaths, addPeer, load } = await setUp();
    const lead = addPeer();
    await load(lead);
    await client.close();
    expect(enricher.get(lead.id)).toBeNull();
    expect(enricher.get(numberedId(1))).toBeNull();
    await enricher.settled();
    await flushSockets();
    expect(requestPaths()).toHaveLength(1);
  });

  it("of one client does not affect the requests of another", async () => {
    const { enricher, platform, addPeer } = await setUp();
    const lead = addPeer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Lead" }, delayMs: 30 });
    const { id: workspaceId, token } = platform.addWorkspace();
    const other = createA2AClient({ platformUrl: platform.url, workspaceId, token });
    other.enricher.get(lead.id);
    enricher.get(lead.id);
    await until(() => platform.requests.length === 2, "both requests have arrived");
    await other.close();
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });
});
