import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { manualClock, startPlatform, type TestPlatform } from "../../src/testing/index";
import { asCaller, call, exchangeRaw, headOf, messageBody, post, send } from "./helpers/exchange";

let platform: TestPlatform;
beforeEach(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.close());

describe("every response", () => {
  it("states that there is no rate limit", async () => {
    const { headers } = await call(`${platform.url}/nowhere`);
    expect(headers).toMatchObject({ "x-ratelimit-limit": "unlimited" });
    expect(Object.keys(headers).filter((name) => name.startsWith("x-ratelimit"))).toHaveLength(1);
  });

  it("states the time of the platform's clock, as its rows do", async () => {
    const clock = manualClock();
    await using timed = await startPlatform({ clock });
    const dateOf = async (path: string) =>
      Date.parse(String((await call(`${timed.url}${path}`)).headers.date));
    const before = await dateOf("/health");
    await clock.advance(32 * 60_000);
    expect((await dateOf("/nowhere")) - before).toBe(32 * 60_000);
  });

  it("states the rate limit and what remains of it", async () => {
    const clock = manualClock();
    await using timed = await startPlatform({ clock, rateLimit: 600 });
    await call(`${timed.url}/health`);
    await clock.advance(10_000);
    const { headers } = await call(`${timed.url}/nowhere`);
    expect(headers).toMatchObject({
      "x-ratelimit-limit": "600",
      "x-ratelimit-remaining": "598",
      "x-ratelimit-reset": "50",
    });
    await clock.advance(50_000);
    expect((await call(`${timed.url}/health`)).headers["x-ratelimit-remaining"]).toBe("599");
  });

  it("of an unknown route is a plain-text 404", async () => {
    const answer = await call(`${platform.url}/no/such/route`);
    expect(answer).toMatchObject({ status: 404, text: "404 page not found" });
    expect(answer.headers["content-type"]).toMatch(/^text\/plain/);
  });

  it("to a foreign origin is an empty 403; the platform's own origin passes", async () => {
    const foreign = await call(`${platform.url}/health`, { headers: { origin: "http://elsewhere.example" } });
    expect(foreign).toMatchObject({ status: 403, text: "" });
    expect((await call(`${platform.url}/health`, { headers: { origin: platform.url } })).status).toBe(200);
  });
});

describe("requests", () => {
  it("records every request in order, refused ones too", async () => {
    const clock = manualClock();
    await using timed = await startPlatform({ clock });
    const { requests } = timed;
    const peer = timed.addWorkspace({ reply: () => "hi" });
    const caller = timed.addWorkspace({});
    await call(`${timed.url}/health?verbose=1`);
    await clock.advance(1000);
    await send(timed, { ...caller, token: "wrong" }, peer);
    expect(requests).toMatchObject([
      { method: "GET", path: "/health?verbose=1", body: undefined, receivedAt: 0 },
      {
        method: "POST",
        path: `/workspaces/${peer.id}/a2a`,
        headers: { authorization: "Bearer wrong", "x-workspace-id": caller.id },
        body: messageBody(),
        receivedAt: 1000,
      },
    ]);
  });

  it("joins repeated headers and records a body that is not JSON as text", async () => {
    const bytes = "POST /x HTTP/1.1\r\nhost: t\r\nX-Many: a\r\nx-many: b\r\ncontent-length: 5\r\n\r\n{oops";
    await exchangeRaw(platform.url, bytes, { isComplete: (seen) => seen.length > 0, timeoutMs: 1000 });
    expect(platform.requests).toMatchObject([{ headers: { "x-many": "a, b" }, body: "{oops" }]);
  });

  it("does not record an incomplete request", async () => {
    await exchangeRaw(platform.url, `${headOf("/workspaces/x/a2a", 100)}{`, { timeoutMs: 30 });
    expect(platform.requests).toEqual([]);
  });
});

describe("addWorkspace", () => {
  it("generates an id, a name and a token in the platform's format", () => {
    const workspace = platform.addWorkspace({});
    expect(workspace.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(workspace.token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(workspace.name).toBe(`workspace-${workspace.id.slice(0, 8)}`);
  });

  it("uses the given fields, with the id in lower case", () => {
    const id = "AAAAAAAA-1111-4111-8111-111111111111";
    expect(platform.addWorkspace({ id, name: "Sum", token: "secret" })).toMatchObject({
      id: id.toLowerCase(),
      name: "Sum",
      token: "secret",
    });
    expect(platform.addWorkspace({ token: null }).token).toBeNull();
  });

  it("throws for an id that is not a UUID or exists already", () => {
    const { id } = platform.addWorkspace({});
    expect(() => platform.addWorkspace({ id })).toThrow(/exists already/);
    expect(() => platform.addWorkspace({ id: "me" })).toThrow(/Expected `id` to be a UUID/);
    expect(() => platform.addWorkspace({ parentId: "me" })).toThrow(/Expected `parentId` to be a UUID/);
  });

  it("returns controls that change the workspace", async () => {
    const caller = platform.addWorkspace({});
    const peer = platform.addWorkspace({});
    expect((await send(platform, caller, peer)).status).toBe(503);
    peer.setReply(() => "now");
    expect((await send(platform, caller, peer)).text).toContain("now");
    peer.setStatus("offline");
    expect((await send(platform, caller, peer)).status).toBe(503);
    const old = { ...caller };
    caller.setToken("new");
    expect((await send(platform, old, peer)).status).toBe(401);
    expect((await send(platform, caller, peer)).status).toBe(503);
    expect(caller.token).toBe("new");
  });
});

describe("close", () => {
  it("ends stalled connections and does not wait for a reply that hangs", async () => {
    const hanging = platform.addWorkspace({ reply: () => new Promise(() => undefined) });
    platform.fail("GET /health", { kind: "stall" });
    const stalled = exchangeRaw(platform.url, "GET /health HTTP/1.1\r\nhost: t\r\n\r\n", {
      timeoutMs: 5000,
    });
    const waiting = exchangeRaw(platform.url, post(`/workspaces/${hanging.id}/a2a`), { timeoutMs: 5000 });
    const silent = exchangeRaw(platform.url, "", { timeoutMs: 5000 });
    while (hanging.received.length === 0 || platform.requests.length < 2) await new Promise(setImmediate);
    await platform.close();
    for (const { end } of await Promise.all([stalled, waiting, silent])) expect(end).not.toBe("none");
  });

  it("may be called again, and frees the port", async () => {
    await Promise.all([platform.close(), platform.close()]);
    expect((await exchangeRaw(platform.url, "")).end).toBe("refused");
    await using again = await startPlatform({ port: Number(new URL(platform.url).port) });
    expect(again.url).toBe(platform.url);
  });

  it("closes a port that refuses connections for good", async () => {
    platform.fail("*", { kind: "refuse", delayMs: 10 });
    await platform.close();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect((await exchangeRaw(platform.url, "")).end).toBe("refused");
  });

  it("does not keep the process alive afterwards", async () => {
    const script = `
      import { startPlatform } from "./src/testing/index.ts";
      const platform = await startPlatform();
      const hanging = platform.addWorkspace({ reply: () => new Promise(() => undefined) });
      fetch(platform.url + "/workspaces/" + hanging.id + "/a2a", { method: "POST", body: "{}" }).catch(() => undefined);
      while (hanging.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await platform.close();
      process.stdout.write("closed");`;
    const args = ["--import", "tsx", "--input-type=module", "-e", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
    expect(stdout).toBe("closed");
  });

  it("happens at the end of an `await using` block", async () => {
    let url = "";
    {
      await using scoped = await startPlatform();
      url = scoped.url;
    }
    expect((await exchangeRaw(url, "")).end).toBe("refused");
  });
});

it("rejects when the port is taken", async () => {
  const port = Number(new URL(platform.url).port);
  await expect(startPlatform({ port })).rejects.toThrow(/EADDRINUSE/);
});

it("does not replace globals of the process", async () => {
  const before = [globalThis.Request, globalThis.Response, globalThis.fetch];
  await call(`${platform.url}/workspaces/x`, { headers: asCaller(platform.addWorkspace({})) });
  expect([globalThis.Request, globalThis.Response, globalThis.fetch]).toEqual(before);
});
