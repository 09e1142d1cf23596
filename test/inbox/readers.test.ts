import { readFileSync } from "node:fs";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { describe, expect, it, vi } from "vitest";
import { ofType, openInbox, platformForTest, takeAll, timestamp } from "./helpers/inbox";

const POLLING = { deliveryMode: "poll" } as const;
const PRUNED = "deadbeef-0000-4000-8000-000000000001";
const SLOW = { timeout: 10_000 };

describe("readers of one workspace", () => {
  it("take turns: the second waits, says so once, and takes over", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const first = await openInbox(platform, me);
    expect(await first.inbox.receive({ timeoutMs: 50 })).toBeNull();
    await vi.waitFor(() => expect(first.inbox.status.lastPollAt).toBeDefined(), SLOW);
    const second = await openInbox(platform, me, { stateDir: first.stateDir });
    const handled: string[] = [];
    void second.inbox.run(({ text }) => void handled.push(text));
    await vi.waitFor(() => expect(ofType(second.events, "inbox.held_elsewhere")).toHaveLength(1), SLOW);
    me.writeAsHuman("one");
    expect(await takeAll(first.inbox, 1)).toEqual(["one"]);
    expect(ofType(second.events, "inbox.held_elsewhere")[0]?.reason).toContain(
      "another inbox of this process",
    );
    await first.inbox.stop();
    me.writeAsHuman("two");
    await vi.waitFor(() => expect(handled).toEqual(["two"]), SLOW);
    expect(ofType(second.events, "inbox.held_elsewhere")).toHaveLength(1);
  });

  it("share the lock with the heartbeat of their process, also when that ends first", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const { inbox, client, stateDir, events } = await openInbox(platform, me);
    const heldElsewhere: string[] = [];
    const heartbeat = createHeartbeat(client, {
      stateDir,
      onEvent: ({ type }) => type === "delegations.held_elsewhere" && heldElsewhere.push(type),
    });
    heartbeat.start();
    await vi.waitFor(
      () => expect(platform.requests.some(({ path }) => path.endsWith("/delegations"))).toBe(true),
      SLOW,
    );
    me.writeAsHuman("one");
    expect(await takeAll(inbox, 1)).toEqual(["one"]);
    await heartbeat.stop();
    me.writeAsHuman("two");
    expect(await takeAll(inbox, 1)).toEqual(["two"]);
    expect(heldElsewhere).toEqual([]);
    expect(ofType(events, "inbox.held_elsewhere")).toEqual([]);
  });

  it("store nothing once their lock is another's, whose state stays as it is", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.writeAsHuman("mine?");
    const { inbox, events, stateDir } = await openInbox(platform, me);
    const message = await inbox.receive();
    const lock = join(stateDir, me.id, ".delegations.json.lock");
    const path = await readFile(lock, "utf8").then(
      () => lock,
      () => join(stateDir, ".delegations.json.lock"),
    );
    const other = { ...JSON.parse(await readFile(path, "utf8")), nonce: "another", host: "elsewhere" };
    await writeFile(path, JSON.stringify(other));
    const ledger = path.replace(".delegations.json.lock", ".inbox.json");
    const before = await readFile(ledger, "utf8");
    await message?.ack();
    expect(await readFile(ledger, "utf8")).toBe(before);
    await vi.waitFor(() => expect(ofType(events, "inbox.held_elsewhere")).toHaveLength(1), SLOW);
    expect(inbox.status.inFlight).toBe(0);
  });

  it("send no answer of a handler that ends after their lock became another's", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const peer = platform.addWorkspace({ reply: () => "thanks" });
    me.addActivityRow({ source_id: peer.id, summary: "question", created_at: timestamp(-60_000) });
    const { inbox, events, stateDir } = await openInbox(platform, me);
    let end = (_answer: string) => {};
    const handled = new Promise<void>((begun) => {
      void inbox.run(() => {
        begun();
        return new Promise<string>((resolve) => {
          end = resolve;
        });
      });
    });
    await handled;
    const lock = join(stateDir, ".delegations.json.lock");
    const other = { ...JSON.parse(await readFile(lock, "utf8")), nonce: "another", host: "elsewhere" };
    await writeFile(lock, JSON.stringify(other));
    await vi.waitFor(() => expect(ofType(events, "inbox.held_elsewhere")).toHaveLength(1), SLOW);
    end("42");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(peer.received).toEqual([]);
    expect(ofType(events, "inbox.acknowledged")).toEqual([]);
  });

  it("begin anew without a word of the disk when their lock was taken away for a while", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.addActivityRow({ summary: "one", created_at: timestamp(-60_000) });
    const { inbox, events, stateDir } = await openInbox(platform, me);
    const message = await inbox.receive();
    await rm(join(stateDir, ".delegations.json.lock"));
    await message?.ack();
    expect(ofType(events, "inbox.store_failed")).toEqual([]);
    expect(await inbox.receive({ timeoutMs: 5000 })).toMatchObject({ text: "one", attempt: 2 });
  });

  it("hand over nothing that they have read before their lock became another's", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    for (const { id } of [platform.addWorkspace(), platform.addWorkspace()]) {
      me.addActivityRow({ source_id: id, summary: `from ${id}`, created_at: timestamp(-60_000) });
    }
    const rarely = { pollIntervalMs: 60_000, idleIntervalMs: 60_000 };
    const { inbox, events, stateDir } = await openInbox(platform, me, rarely);
    expect(await inbox.receive()).not.toBeNull();
    const lock = join(stateDir, ".delegations.json.lock");
    const other = { ...JSON.parse(await readFile(lock, "utf8")), nonce: "another", host: "elsewhere" };
    await writeFile(lock, JSON.stringify(other));
    expect(await inbox.receive({ timeoutMs: 100 })).toBeNull();
    expect(ofType(events, "inbox.delivered")).toHaveLength(1);
  });
});

describe("what is remembered", () => {
  it("has each handing over before the handler begins, which may end the process", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const id = me.addActivityRow({ summary: "deadly", created_at: timestamp(-60_000) });
    const { inbox, stateDir } = await openInbox(platform, me);
    const remembered = new Promise((resolve) => {
      void inbox.run(() => resolve(JSON.parse(readFileSync(join(stateDir, ".inbox.json"), "utf8")).attempts));
    });
    expect(await remembered).toEqual({ [id]: 1 });
  });

  it("loses the attempts and the answer of a message that is done", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const peer = platform.addWorkspace({ reply: () => "thanks" });
    me.addActivityRow({ source_id: peer.id, summary: "question" });
    const { inbox, events, stateDir } = await openInbox(platform, me);
    void inbox.run(() => "42");
    await vi.waitFor(() => expect(ofType(events, "inbox.acknowledged")).toHaveLength(1), SLOW);
    await inbox.stop();
    const ledger = JSON.parse(await readFile(join(stateDir, ".inbox.json"), "utf8"));
    expect([ledger.attempts, ledger.answers]).toEqual([{}, {}]);
  });

  it("loses the rows that the platform lists no more", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.writeAsHuman("one");
    const first = await openInbox(platform, me);
    expect(await takeAll(first.inbox, 1)).toEqual(["one"]);
    await first.inbox.stop();
    const path = join(first.stateDir, ".inbox.json");
    const done = async () => JSON.parse(await readFile(path, "utf8")).done;
    const ledger = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify({ ...ledger, done: [...ledger.done, PRUNED] }));
    const { inbox } = await openInbox(platform, me, { stateDir: first.stateDir });
    me.writeAsHuman("two");
    expect(await takeAll(inbox, 1)).toEqual(["two"]);
    await inbox.stop();
    expect(await done()).not.toContain(PRUNED);
  });

  it("starts anew when it is damaged, says so, and hands over again what the platform lists", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.writeAsHuman("one");
    const first = await openInbox(platform, me);
    expect(await takeAll(first.inbox, 1)).toEqual(["one"]);
    await first.inbox.stop();
    await writeFile(join(first.stateDir, ".inbox.json"), "{ torn");
    const { inbox, events } = await openInbox(platform, me, { stateDir: first.stateDir });
    expect(await takeAll(inbox, 1)).toEqual(["one"]);
    expect(ofType(events, "inbox.store_failed")[0]?.reason).toContain("is damaged");
  });

  it("waits in memory while the disk takes nothing, and holds up no message", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.addActivityRow({ summary: "one", created_at: timestamp(-60_000) });
    const { inbox, events, stateDir } = await openInbox(platform, me);
    expect(await takeAll(inbox, 1)).toEqual(["one"]);
    await vi.waitFor(() => expect(inbox.status.inFlight).toBe(0));
    // Root may write anywhere, so the ledger is made a folder.
    const { mkdir, rmdir } = await import("node:fs/promises");
    await rm(join(stateDir, ".inbox.json"));
    await mkdir(join(stateDir, ".inbox.json"));
    await chmod(join(stateDir, ".inbox.json"), 0o700);
    me.writeAsHuman("two");
    expect(await takeAll(inbox, 1)).toEqual(["two"]);
    expect(ofType(events, "inbox.store_failed").length).toBeGreaterThan(0);
    await rmdir(join(stateDir, ".inbox.json"));
    await inbox.stop();
    expect(JSON.parse(await readFile(join(stateDir, ".inbox.json"), "utf8")).done).toHaveLength(1);
  });
});

describe("a message whose handler ends the process each time", () => {
  it("is set aside before it is handed over once too often", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const id = me.addActivityRow({ summary: "deadly", created_at: timestamp(-60_000) });
    const first = await openInbox(platform, me, { maxAttempts: 2 });
    await first.inbox.receive();
    await first.inbox.stop();
    const path = join(first.stateDir, ".inbox.json");
    const ledger = JSON.parse(await readFile(path, "utf8"));
    expect(ledger.attempts).toEqual({ [id]: 1 });
    await writeFile(path, JSON.stringify({ ...ledger, attempts: { [id]: 2 } }));
    const { inbox, events } = await openInbox(platform, me, { maxAttempts: 2, stateDir: first.stateDir });
    expect(await inbox.receive({ timeoutMs: 500 })).toBeNull();
    await vi.waitFor(
      () => expect(ofType(events, "inbox.dead_letter")).toMatchObject([{ attempts: 2 }]),
      SLOW,
    );
    expect(ofType(events, "inbox.delivered")).toEqual([]);
  });
});
