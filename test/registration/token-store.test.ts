import fs from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { A2AEvent } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Workspace } from "../../src/identity/workspaces";
import { createTokenStore } from "../../src/registration/token-store";
import { testClient } from "../helpers/client";
import { heldClock, turns } from "../helpers/held-clock";
import { OWN, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { scratchFolder } from "../helpers/scratch-folder";

const ME = { id: OWN } as Workspace;
const OTHER = { id: SECOND } as Workspace;

const FULL = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });

/** A disk that does as it is told, until the end of the test. */
function disk(script: () => Promise<void>) {
  const { mkdir } = fs.promises;
  const spy = vi.spyOn(fs.promises, "mkdir");
  let tries = 0;
  spy.mockImplementation(async (...args) => {
    tries += 1;
    await script();
    return Reflect.apply(mkdir, fs.promises, args);
  });
  onTestFinished(() => spy.mockRestore());
  return {
    get tries() {
      return tries;
    },
  };
}

const fails = () => Promise.reject(FULL);

async function setUp(pathFor?: (workspace: Workspace) => string | undefined) {
  const clock = heldClock();
  const folder = await scratchFolder();
  const events: A2AEvent[] = [];
  const store = createTokenStore({
    clock,
    emit: (event) => events.push(event),
    pathFor: pathFor ?? (({ id }) => join(folder, id, ".auth_token")),
  });
  const stored = (id = OWN) => readFile(join(folder, id, ".auth_token"), "utf8");
  const become = (token: string, id?: string) =>
    vi.waitFor(async () => expect(await stored(id)).toBe(token), { timeout: 5000 });
  return { clock, store, events, stored, become };
}

describe("a token that cannot be written", () => {
  it("is reported, and retried after 1, 2, 4 and 8 seconds until it is stored", async () => {
    let isFull = true;
    const { clock, store, events, become } = await setUp();
    const tried = disk(() => (isFull ? fails() : Promise.resolve()));
    await store.save(ME, TOKEN);
    expect(events).toEqual([
      { type: "token.store_failed", workspaceId: OWN, reason: expect.stringContaining("ENOSPC") },
    ]);
    const at: number[] = [];
    for (let second = 1; second <= 15; second += 1) {
      const before = tried.tries;
      isFull = second < 15;
      await clock.advance(1000);
      if (tried.tries > before) at.push(second);
    }
    expect(at).toEqual([1, 3, 7, 15]);
    await become(TOKEN);
    await vi.waitFor(() => expect(clock.pending).toEqual([]));
    expect(events).toHaveLength(3);
    await clock.advance(3_600_000);
    expect(tried.tries).toBe(5);
  });

  it("does not keep the process alive while it waits", async () => {
    const { clock, store } = await setUp();
    disk(fails);
    await store.save(ME, TOKEN);
    expect(clock.pending).toEqual([{ due: 1000, background: true }]);
  });

  it("is retried without end, at least every five minutes, and reported ever more rarely", async () => {
    const { clock, store, events } = await setUp();
    const tried = disk(fails);
    await store.save(ME, TOKEN);
    for (let tries = tried.tries; tries < 25; tries += 1) {
      const [next] = clock.pending;
      expect((next?.due ?? Number.NaN) - clock.now()).toBeLessThanOrEqual(300_000);
      await clock.advance((next?.due ?? 0) - clock.now());
      expect(tried.tries).toBe(tries + 1);
    }
    // The 1st, 2nd, 3rd, 10th and 20th.
    expect(events).toHaveLength(5);
  });

  it("is replaced by a newer one, whose failures are reported from the start", async () => {
    let isFull = true;
    const { clock, store, events, become } = await setUp();
    disk(() => (isFull ? fails() : Promise.resolve()));
    await store.save(ME, TOKEN);
    for (let round = 0; round < 4; round += 1) await clock.advance(10_000);
    const before = events.length;
    await store.save(ME, SECOND_TOKEN);
    expect(events).toHaveLength(before + 1);
    isFull = false;
    await clock.advance(1000);
    await become(SECOND_TOKEN);
    await vi.waitFor(() => expect(clock.pending).toEqual([]));
  });

  it("is tried at once by retry(), once it failed", async () => {
    let isFull = true;
    const { clock, store, stored } = await setUp();
    const tried = disk(() => (isFull ? fails() : Promise.resolve()));
    await store.save(ME, TOKEN);
    isFull = false;
    await store.retry(ME);
    expect(await stored()).toBe(TOKEN);
    expect(clock.pending).toEqual([]);
    await store.retry(ME);
    await store.retry(OTHER);
    expect(tried.tries).toBe(2);
  });

  it("is tried once for concurrent calls of retry()", async () => {
    const { clock, store, events } = await setUp();
    const tried = disk(fails);
    await Promise.all([store.save(ME, TOKEN), store.retry(ME), store.save(ME, TOKEN)]);
    expect([tried.tries, events.length, clock.pending.length]).toEqual([1, 1, 1]);
  });

  it("does not delay the token of another workspace", async () => {
    const { store, stored } = await setUp();
    let first = true;
    disk(() => {
      const isFirst = first;
      first = false;
      return isFirst ? fails() : Promise.resolve();
    });
    await store.save(ME, TOKEN);
    await store.save(OTHER, SECOND_TOKEN);
    expect(await stored(SECOND)).toBe(SECOND_TOKEN);
    await expect(stored()).rejects.toThrow("ENOENT");
  });

  it("is in no event, even when the error contains it", async () => {
    const { store, events } = await setUp();
    disk(() => Promise.reject(new Error(`cannot write ${TOKEN}\n${TOKEN.repeat(50)}`)));
    await store.save(ME, TOKEN);
    expect(events).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain(TOKEN.slice(0, 8));
  });
});

describe("a write that hangs", () => {
  function hanging() {
    let release: () => void = () => {};
    const tried = disk(() => (tried.tries > 1 ? Promise.resolve() : new Promise((done) => (release = done))));
    return { tried, release: () => release() };
  }

  it("times out after two seconds, and counts when it succeeds later", async () => {
    const { clock, store, events, become } = await setUp();
    const { tried, release } = hanging();
    const keeping = store.save(ME, TOKEN);
    await clock.advance(2000);
    await keeping;
    expect(events).toMatchObject([{ reason: "the disk has not answered within 2000 ms" }]);
    release();
    await become(TOKEN);
    await vi.waitFor(() => expect(clock.pending).toEqual([]));
    expect(tried.tries).toBe(1);
  });

  it("delays the next one, so that an older token cannot overwrite a newer one", async () => {
    const { clock, store, become } = await setUp();
    const { tried, release } = hanging();
    void store.save(ME, TOKEN);
    await clock.advance(10_000);
    void store.save(ME, SECOND_TOKEN);
    await clock.advance(10_000);
    expect(tried.tries).toBe(1);
    release();
    await become(SECOND_TOKEN);
    await vi.waitFor(() => expect(clock.pending).toEqual([]));
    expect(tried.tries).toBe(2);
  });
});

describe("closing the store", () => {
  it("tries once more", async () => {
    let isFull = true;
    const { clock, store, stored } = await setUp();
    disk(() => (isFull ? fails() : Promise.resolve()));
    await store.save(ME, TOKEN);
    isFull = false;
    await store.close();
    expect(await stored()).toBe(TOKEN);
    expect(clock.pending).toEqual([]);
  });

  it("reports the last failure, however many there were, and leaves no timer", async () => {
    const { clock, store, events } = await setUp();
    const tried = disk(fails);
    await store.save(ME, TOKEN);
    await clock.advance(20_000);
    expect([tried.tries, events.length]).toEqual([5, 3]);
    await store.close();
    expect([tried.tries, events.length]).toEqual([6, 4]);
    expect(clock.pending).toEqual([]);
    await clock.advance(3_600_000);
    expect(tried.tries).toBe(6);
  });

  it("waits two seconds for a write that hangs", async () => {
    const { clock, store } = await setUp();
    disk(() => new Promise(() => {}));
    void store.save(ME, TOKEN);
    await clock.advance(60_000);
    let isOver = false;
    const startedAt = clock.now();
    void store.close().then(() => {
      isOver = true;
    });
    while (!isOver && clock.now() < startedAt + 10_000) await clock.advance(100);
    expect(clock.now() - startedAt).toBeLessThanOrEqual(2000);
    expect(clock.pending).toEqual([]);
  });
});

describe("without a file system", () => {
  it.each([
    ["no folder", () => setUp(() => undefined)],
    [
      "a folder named by the environment",
      () => {
        const { getBuiltinModule } = process;
        const spy = vi.spyOn(process, "getBuiltinModule");
        spy.mockImplementation((name: string) => (name === "node:fs" ? undefined : getBuiltinModule(name)));
        onTestFinished(() => spy.mockRestore());
        return setUp();
      },
    ],
  ])("a token is told of once and not tried again: %s", async (_, prepare) => {
    const { clock, store, events } = await prepare();
    await store.save(ME, TOKEN);
    await turns();
    expect(events).toEqual([
      { type: "token.store_failed", workspaceId: OWN, reason: "there is no file system here" },
    ]);
    expect(clock.pending).toEqual([]);
  });
});

describe("a client whose token could not be stored", () => {
  async function registered() {
    const platform = await startPlatform();
    onTestFinished(() => platform.close());
    const configs = await scratchFolder();
    vi.stubEnv("CONFIGS_DIR", configs);
    onTestFinished(() => void vi.unstubAllEnvs());
    const events: A2AEvent[] = [];
    const client = testClient({
      platformUrl: platform.url,
      token: undefined,
      onEvent: (event) => events.push(event),
    });
    let isFull = true;
    disk(() => (isFull ? fails() : Promise.resolve()));
    expect(await client.register({ agentCard: { name: "me" } })).toMatchObject({ alreadyRegistered: false });
    expect(events).toMatchObject([{ type: "token.store_failed" }]);
    isFull = false;
    const stored = () => readFile(join(configs, ".auth_token"), "utf8");
    await expect(stored()).rejects.toThrow("ENOENT");
    const tokenInUse = () => platform.requests.at(-1)?.headers.authorization?.replace("Bearer ", "");
    return { client, stored, tokenInUse };
  }

  it("stores it with the next registration, which brings no token", async () => {
    const { client, stored, tokenInUse } = await registered();
    expect(await client.register({ agentCard: { name: "me" } })).toMatchObject({ alreadyRegistered: true });
    expect(await stored()).toBe(tokenInUse());
  });

  it("stores it by itself soon afterwards", async () => {
    const { stored, tokenInUse } = await registered();
    await vi.waitFor(async () => expect(await stored()).toBe(tokenInUse()), { timeout: 5000, interval: 50 });
  });

  it("stores it when it is closed", async () => {
    const { client, stored, tokenInUse } = await registered();
    await client.close();
    expect(await stored()).toBe(tokenInUse());
  });
});

describe("a registration whose token cannot be written in time", () => {
  async function registering(timeoutMs: number, signal?: AbortSignal) {
    const platform = await startPlatform();
    onTestFinished(() => platform.close());
    vi.stubEnv("CONFIGS_DIR", await scratchFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const client = testClient({ platformUrl: platform.url, token: undefined });
    let release = () => {};
    const tried = disk(() => new Promise((done) => (release = done)));
    onTestFinished(() => release());
    const call = client.register({ agentCard: { name: "me" } }, { timeoutMs, signal });
    await vi.waitFor(() => expect(tried.tries).toBe(1));
    return { platform, client, call, release: () => release() };
  }

  it("succeeds when its time is over, and makes no further request", async () => {
    const { platform, call } = await registering(500);
    expect(await call).toMatchObject({ status: "registered", alreadyRegistered: false });
    expect(platform.requests.map(({ method }) => method)).toEqual(["POST"]);
  });

  it("ends with the caller's own reason, and the token is stored all the same", async () => {
    const caller = new AbortController();
    const { call, release } = await registering(5000, caller.signal);
    caller.abort("enough");
    await expect(call).rejects.toBe("enough");
    release();
    const { CONFIGS_DIR = "" } = process.env;
    await vi.waitFor(async () =>
      expect(await readFile(join(CONFIGS_DIR, ".auth_token"), "utf8")).not.toBe(""),
    );
  });

  it("ends when the client closes", async () => {
    const { client, call, release } = await registering(5000);
    const failed = expect(call).rejects.toMatchObject({ code: "closed" });
    const closing = client.close();
    await failed;
    release();
    await closing;
    const { CONFIGS_DIR = "" } = process.env;
    expect(await readFile(join(CONFIGS_DIR, ".auth_token"), "utf8")).not.toBe("");
  });
});
