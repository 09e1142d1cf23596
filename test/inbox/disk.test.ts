import { execFile } from "node:child_process";
import { promises } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createA2AClient } from "a2a-peers";
import { createInbox, type Inbox, type InboxEvent } from "a2a-peers/inbox";
import type { TestPlatform, TestWorkspace } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createClientOn } from "../../src/client/client";
import { type HeldClock, heldClock } from "../helpers/held-clock";
import { scratchFolder } from "../helpers/scratch-folder";
import { ofType, openInbox, platformForTest, takeAll, textBody } from "./helpers/inbox";

const run = promisify(execFile);
const POLLING = { deliveryMode: "poll" } as const;
const SLOW = { timeout: 10_000 };

/** Lets every file that is opened from now on hang. Returns how many were. */
function hangDisk(): () => number {
  const spy = vi.spyOn(promises, "open").mockImplementation(() => new Promise(() => {}));
  onTestFinished(() => spy.mockRestore());
  return () => spy.mock.calls.length;
}

/** Lets time pass, in which answers come, until `isTrue`. */
const advanceUntil = (clock: HeldClock, isTrue: () => boolean) =>
  vi.waitFor(async () => {
    await clock.advance(1000);
    expect(isTrue()).toBe(true);
  }, SLOW);

describe("a disk that hangs", () => {
  it.each(["while the lock is renewed", "while a handler works"])(
    "does not hold up stop() and close(): %s",
    async (moment) => {
      const platform = await platformForTest();
      const me = platform.addWorkspace(POLLING);
      const clock = heldClock();
      const access = { platformUrl: platform.url, workspaceId: me.id, token: me.token };
      const client = createClientOn(clock, access);
      const inbox = createInbox(client, { stateDir: await scratchFolder() });
      let handled = 0;
      void inbox.run(() => {
        handled += 1;
        return new Promise(() => {});
      });
      await vi.waitFor(() => expect(inbox.status.lastPollAt).toBeDefined(), SLOW);
      const isWorking = moment === "while a handler works";
      if (isWorking) {
        me.writeAsHuman("hello");
        await advanceUntil(clock, () => handled === 1);
      }
      const opened = hangDisk();
      if (!isWorking) await advanceUntil(clock, () => opened() > 0);
      for (const end of [inbox.stop, client.close]) {
        let isOver = false;
        void end().then(() => {
          isOver = true;
        });
        await advanceUntil(clock, () => isOver);
      }
      expect(inbox.status.running).toBe(false);
    },
  );
});

describe("a pipe", () => {
  it.each([".inbox.json", ".delegations.json.lock"])(
    "at the path of %s is reported, and does not hold up stop()",
    async (name) => {
      const platform = await platformForTest();
      const me = platform.addWorkspace(POLLING);
      const stateDir = await scratchFolder();
      await run("mkfifo", [join(stateDir, name)]);
      const { inbox, events } = await openInbox(platform, me, { stateDir });
      me.writeAsHuman("hello");
      expect(await inbox.receive({ timeoutMs: 300 })).toBeNull();
      await vi.waitFor(() => {
        const types = events.map(({ type }) => type);
        expect(types.some((type) => /^inbox\.(store_failed|held_elsewhere)$/.test(type))).toBe(true);
      }, SLOW);
      await inbox.stop();
      expect(inbox.status.running).toBe(false);
    },
  );

  it("where messages are set aside lets a message come again, until it can be set aside", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const stateDir = await scratchFolder();
    const path = join(stateDir, "inbox_dead_letters.jsonl");
    await run("mkfifo", [path]);
    const { inbox, events } = await openInbox(platform, me, { stateDir, maxAttempts: 1 });
    me.writeAsHuman("poison");
    void inbox.run(() => {
      throw new Error("no");
    });
    await vi.waitFor(() => expect(ofType(events, "inbox.store_failed").length).toBeGreaterThan(0), SLOW);
    await promises.rm(path);
    await vi.waitFor(() => expect(ofType(events, "inbox.dead_letter")).toHaveLength(1), SLOW);
    expect(await inbox.deadLetters()).toMatchObject([{ text: "poison" }]);
  });
});

/** Takes the file system away, as in a worker. */
function removeFileSystem(): void {
  // Set again before the next test.
  delete process.env.CONFIGS_DIR;
  const { getBuiltinModule } = process;
  const spy = vi.spyOn(process, "getBuiltinModule");
  spy.mockImplementation((name: string) =>
    ["node:fs", "node:path", "node:os"].includes(name) ? undefined : getBuiltinModule(name),
  );
  onTestFinished(() => spy.mockRestore());
}

/** An inbox without a folder. */
function openInMemory(platform: TestPlatform, { id, token }: TestWorkspace, maxAttempts = 5) {
  const events: InboxEvent[] = [];
  const client = createA2AClient({ platformUrl: platform.url, workspaceId: id, token });
  onTestFinished(() => client.close());
  const onEvent = (event: InboxEvent) => void events.push(event);
  const options = { pollIntervalMs: 10, idleIntervalMs: 20, maxAttempts, onEvent };
  return { inbox: createInbox(client, options), events };
}

const nothingMore = async (inbox: Inbox) => expect(await inbox.receive({ timeoutMs: 100 })).toBeNull();

describe("without a file system", () => {
  it("messages are handed over in order, acknowledged and not repeated", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const peer = platform.addWorkspace({ reply: () => "thanks" });
    removeFileSystem();
    for (let n = 1; n <= 120; n += 1)
      me.addActivityRow({ source_id: peer.id, request_body: textBody(`m${n}`) });
    const { inbox, events } = openInMemory(platform, me);
    expect(await takeAll(inbox, 120)).toEqual(Array.from({ length: 120 }, (_, n) => `m${n + 1}`));
    await nothingMore(inbox);
    expect(ofType(events, "inbox.store_failed")).toEqual([]);
  });

  it("messages are handed over although the environment names a folder", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    removeFileSystem();
    vi.stubEnv("CONFIGS_DIR", "/configs-of-this-test");
    me.writeAsHuman("hello");
    const { inbox, events } = openInMemory(platform, me);
    expect(await takeAll(inbox, 1)).toEqual(["hello"]);
    expect(ofType(events, "inbox.store_failed")).toEqual([]);
  });

  it("what fails too often is set aside in memory", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    removeFileSystem();
    me.writeAsHuman("poison");
    me.writeAsHuman("next");
    const { inbox } = openInMemory(platform, me, 1);
    const handled: string[] = [];
    void inbox.run(({ text }) => {
      handled.push(text);
      if (text === "poison") throw new Error("no");
    });
    await vi.waitFor(() => expect(handled).toEqual(["poison", "next"]), SLOW);
    const [letter] = await inbox.deadLetters();
    expect(letter).toMatchObject({ text: "poison", attempt: 1 });
    await letter?.ack();
    expect(await inbox.deadLetters()).toEqual([]);
  });

  it("a second inbox waits for the first one, and hands over again what the platform lists", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    removeFileSystem();
    const first = openInMemory(platform, me);
    me.writeAsHuman("one");
    expect(await takeAll(first.inbox, 1)).toEqual(["one"]);
    const second = openInMemory(platform, me);
    await nothingMore(second.inbox);
    await vi.waitFor(() => expect(ofType(second.events, "inbox.held_elsewhere")).toHaveLength(1), SLOW);
    await first.inbox.stop();
    expect(await takeAll(second.inbox, 1)).toEqual(["one"]);
  });
});
