import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { InboxMessage } from "a2a-peers/inbox";
import { describe, expect, it, vi } from "vitest";
import { ofType, openInbox, platformForTest, textBody } from "./helpers/inbox";

const POLLING = { deliveryMode: "poll" } as const;

describe("run", () => {
  it("sends what the handler returns to the peer, with the ids of the question, then acknowledges", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const peer = platform.addWorkspace({ reply: () => "thanks" });
    const body = textBody("What is 6 × 7?", { messageId: "question-1", contextId: "context-1" });
    const id = me.addActivityRow({ source_id: peer.id, request_body: body });
    const { inbox, events } = await openInbox(platform, me);
    const running = inbox.run(() => "42");
    await vi.waitFor(() => expect(ofType(events, "inbox.acknowledged")).toHaveLength(1));
    await inbox.stop();
    await running;
    expect(peer.received).toMatchObject([
      {
        from: me.id,
        text: "42",
        messageId: `reply-${id}`,
        body: { params: { message: { contextId: "context-1", metadata: { in_reply_to: "question-1" } } } },
      },
    ]);
  });

  it("shows the human what the handler returns to a message of the human", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.writeAsHuman("Hello");
    const { inbox, events } = await openInbox(platform, me);
    void inbox.run(({ from, text }) => {
      expect(from).toEqual({ kind: "human" });
      return { text: `You said ${text}`, parts: [{ kind: "data", data: { n: 1 } }] };
    });
    await vi.waitFor(() => expect(me.notifications).toHaveLength(1));
    expect(me.notifications).toEqual(['You said Hello\n{\n  "n": 1\n}']);
    await vi.waitFor(() =>
      expect(ofType(events, "inbox.skipped")).toMatchObject([{ reason: "own-notification" }]),
    );
  });

  it("hands a message over again whose handler failed, and goes on after it", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const [one, two] = [platform.addWorkspace(), platform.addWorkspace()];
    me.addActivityRow({ source_id: one.id, request_body: textBody("fails once") });
    me.addActivityRow({ source_id: two.id, request_body: textBody("other sender") });
    const { inbox, events } = await openInbox(platform, me);
    const handled: string[] = [];
    void inbox.run(({ text, attempt }) => {
      handled.push(`${text} ${attempt}`);
      if (text === "fails once" && attempt === 1) throw new Error("not now");
    });
    await vi.waitFor(() => expect(handled).toHaveLength(3), { timeout: 10_000 });
    expect(handled).toEqual(["fails once 1", "other sender 1", "fails once 2"]);
    expect(ofType(events, "inbox.retry")).toMatchObject([{ attempt: 1, reason: "not now" }]);
  });

  it("holds the messages of a sender behind the one that fails", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const peer = platform.addWorkspace();
    for (const text of ["a", "b", "c"])
      me.addActivityRow({ source_id: peer.id, request_body: textBody(text) });
    const { inbox } = await openInbox(platform, me, { concurrency: 4 });
    const handled: string[] = [];
    void inbox.run(({ text, attempt }) => {
      handled.push(`${text} ${attempt}`);
      if (text === "a" && attempt === 1) throw new Error("not now");
    });
    await vi.waitFor(() => expect(handled).toHaveLength(4), { timeout: 10_000 });
    expect(handled).toEqual(["a 1", "a 2", "b 1", "c 1"]);
  });

  it("works on different senders at once, on one sender in order", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const peers = [1, 2, 3].map(() => platform.addWorkspace());
    for (let n = 0; n < 12; n += 1) {
      me.addActivityRow({ source_id: peers[n % 3]?.id, request_body: textBody(`${n}`) });
    }
    const { inbox } = await openInbox(platform, me, { concurrency: 8 });
    const handled = new Map<string, number[]>();
    let active = 0;
    void inbox.run(async ({ from, text }) => {
      active += 1;
      // Each of the three first handlers ends only once all three have begun.
      await vi.waitFor(() => expect(active).toBeGreaterThanOrEqual(3), { timeout: 10_000 });
      const sender = from.kind === "peer" ? from.id : "";
      handled.set(sender, [...(handled.get(sender) ?? []), Number(text)]);
    });
    await vi.waitFor(() => expect([...handled.values()].flat()).toHaveLength(12), { timeout: 10_000 });
    for (const numbers of handled.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it("sets a message aside that fails too often, in a file a person can read, and goes on", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.writeAsHuman("poison");
    me.writeAsHuman("next");
    const { inbox, events, stateDir } = await openInbox(platform, me, { maxAttempts: 2 });
    const handled: string[] = [];
    void inbox.run(({ text }) => {
      handled.push(text);
      if (text === "poison") throw new Error("cannot be digested");
    });
    await vi.waitFor(() => expect(handled.at(-1)).toBe("next"), { timeout: 10_000 });
    expect(handled).toEqual(["poison", "poison", "next"]);
    expect(ofType(events, "inbox.dead_letter")).toMatchObject([
      { attempts: 2, reason: "cannot be digested" },
    ]);
    const [line = ""] = (await readFile(join(stateDir, "inbox_dead_letters.jsonl"), "utf8")).split("\n");
    expect(JSON.parse(line)).toMatchObject({ from: "human", text: "poison", attempts: 2 });
    const [letter] = await inbox.deadLetters();
    expect(letter).toMatchObject({ text: "poison", attempt: 2 });
    await letter?.ack();
    expect(await inbox.deadLetters()).toEqual([]);
  });

  it("makes one answer and repeats it until it is sent", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const peer = platform.addWorkspace({ reply: () => "thanks" });
    me.addActivityRow({ source_id: peer.id, request_body: textBody("question") });
    platform.fail(
      "POST /workspaces/:id/a2a",
      { status: 403, body: { error: "access denied" } },
      { times: 1 },
    );
    const { inbox, events } = await openInbox(platform, me);
    let made = 0;
    void inbox.run(() => {
      made += 1;
      return `answer ${made}`;
    });
    await vi.waitFor(() => expect(ofType(events, "inbox.acknowledged")).toHaveLength(1), { timeout: 10_000 });
    expect(peer.received.map(({ text }) => text)).toEqual(["answer 1"]);
    expect(ofType(events, "inbox.delivered").map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it("counts no attempt that an orderly stop has ended, and aborts the handler's signal", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.writeAsHuman("long");
    const first = await openInbox(platform, me);
    const running = first.inbox.run((_, { signal }) => {
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    await vi.waitFor(() => expect(first.inbox.status.inFlight).toBe(1));
    await first.inbox.stop();
    await running;
    const { inbox } = await openInbox(platform, me, { stateDir: first.stateDir });
    expect(await inbox.receive()).toMatchObject({ text: "long", attempt: 1 });
  });

  it("rejects where the platform has no cursor", async () => {
    const { startPlatform } = await import("a2a-peers/testing");
    await using platform = await startPlatform({ version: "2026-04" });
    const me = platform.addWorkspace();
    me.addActivityRow({ request_body: textBody("old") });
    const { inbox } = await openInbox(platform, me);
    await expect(inbox.run(() => {})).rejects.toMatchObject({ code: "configuration" });
    await expect(inbox.receive()).rejects.toMatchObject({ code: "configuration" });
  });

  it("rejects once the workspace is removed", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const { inbox } = await openInbox(platform, me);
    const running = inbox.run(() => {});
    await vi.waitFor(() => expect(inbox.status.lastPollAt).toBeDefined());
    me.setStatus("removed");
    me.rotateToken();
    await expect(running).rejects.toMatchObject({ code: "workspace_removed" });
  });

  it("goes on when tokens were refused for a while", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const { inbox, events } = await openInbox(platform, me);
    const handled: string[] = [];
    void inbox.run(({ text }) => void handled.push(text));
    const token = me.token;
    me.setToken("another");
    await vi.waitFor(() => expect(ofType(events, "inbox.poll_failed")[0]?.code).toBe("unauthorized"));
    expect(inbox.status.consecutiveFailures).toBeGreaterThan(0);
    me.setToken(token);
    me.writeAsHuman("again");
    await vi.waitFor(() => expect(handled).toEqual(["again"]), { timeout: 10_000 });
  });
});

describe("receive and the iterator", () => {
  it("hand a message over again that nobody acknowledged in time", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.writeAsHuman("slow");
    const { inbox, events } = await openInbox(platform, me, { visibilityMs: 30 });
    const first = await inbox.receive();
    const second = await inbox.receive({ timeoutMs: 5000 });
    expect([first?.attempt, second?.attempt]).toEqual([1, 2]);
    expect(second?.id).toBe(first?.id);
    // The first one is over.
    await first?.ack();
    expect(inbox.status.inFlight).toBe(1);
    await second?.ack();
    expect(inbox.status.inFlight).toBe(0);
    expect(ofType(events, "inbox.retry")).toMatchObject([{ reason: "it was not acknowledged within 30 ms" }]);
  });

  it("hand a message over again that was given back", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.writeAsHuman("not now");
    const { inbox, events } = await openInbox(platform, me);
    const seen: InboxMessage[] = [];
    for await (const message of inbox) {
      seen.push(message);
      if (message.attempt === 1) await message.nack("busy");
      else {
        await message.ack();
        break;
      }
    }
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(ofType(events, "inbox.retry")).toMatchObject([{ reason: "busy" }]);
  });

  it("show the messages that wait to peek, which `ack` ends", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    for (const text of ["a", "b", "c"]) me.writeAsHuman(text);
    const { inbox } = await openInbox(platform, me);
    const first = await inbox.receive();
    expect(inbox.peek().map(({ text }) => text)).toEqual(["b", "c"]);
    await inbox.peek()[0]?.ack();
    await first?.ack();
    expect((await inbox.receive())?.text).toBe("c");
    expect(inbox.peek()).toEqual([]);
  });

  it("reject with the reason of a signal, and end with the inbox", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const { inbox } = await openInbox(platform, me);
    const controller = new AbortController();
    const receiving = inbox.receive({ signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(receiving).rejects.toThrow("enough");
    const last = inbox.receive();
    await inbox.stop();
    expect(await last).toBeNull();
  });

  it("know a sender's name once it was looked up, without waiting", async () => {
    const platform = await platformForTest();
    const parentId = platform.addWorkspace().id;
    const me = platform.addWorkspace({ ...POLLING, parentId });
    const peer = platform.addWorkspace({ name: "Ada", role: "engineer", parentId, reply: () => "" });
    for (const text of ["a", "b"]) me.addActivityRow({ source_id: peer.id, request_body: textBody(text) });
    const { inbox, client } = await openInbox(platform, me);
    const first = await inbox.receive();
    expect(first?.from).toEqual({ kind: "peer", id: peer.id });
    await vi.waitFor(() => expect(client.enricher.get(peer.id)).not.toBeNull(), { timeout: 10_000 });
    await first?.ack();
    expect((await inbox.receive())?.from).toMatchObject({ id: peer.id, name: "Ada" });
  });
});
