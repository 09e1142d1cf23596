import type { Inbox } from "a2a-peers/inbox";
import { describe, expect, it, vi } from "vitest";
import { scratchFolder } from "../helpers/scratch-folder";
import { ofType, openInbox, platformForTest, takeAll, textBody, timestamp } from "./helpers/inbox";

/** Starts to read, and waits for the first read. */
async function hasRead(inbox: Inbox): Promise<void> {
  expect(await inbox.receive({ timeoutMs: 20 })).toBeNull();
  await vi.waitFor(() => expect(inbox.status.lastPollAt).toBeDefined(), { timeout: 5000 });
}

const POLLING = { deliveryMode: "poll" } as const;
const PEER = "11111111-1111-4111-8111-111111111111";

describe("the first read", () => {
  it("hands over what waits, oldest first and once each", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    for (let n = 1; n <= 130; n += 1) me.writeAsHuman(`m${n}`);
    const { inbox } = await openInbox(platform, me);
    const texts = await takeAll(inbox, 130);
    expect(texts).toEqual(Array.from({ length: 130 }, (_, index) => `m${index + 1}`));
    expect(await inbox.receive({ timeoutMs: 100 })).toBeNull();
  });

  it("keeps at most a hundred messages in memory, however many wait", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    for (let n = 1; n <= 150; n += 1) me.writeAsHuman(`m${n}`);
    const { inbox } = await openInbox(platform, me);
    let most = 0;
    const texts: string[] = [];
    while (texts.length < 150) {
      const message = await inbox.receive({ timeoutMs: 15_000 });
      most = Math.max(most, inbox.peek(1000).length);
      texts.push(String(message?.text));
      await message?.ack();
    }
    expect(texts).toEqual(Array.from({ length: 150 }, (_, index) => `m${index + 1}`));
    expect(most).toBeGreaterThan(50);
    expect(most).toBeLessThanOrEqual(100);
  });

  it("hands over nothing that is older than `lookBackMs`", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.addActivityRow({ request_body: textBody("old"), created_at: timestamp(-3_600_000) });
    me.addActivityRow({ request_body: textBody("young"), created_at: timestamp(-30_000) });
    const { inbox } = await openInbox(platform, me, { lookBackMs: 60_000 });
    expect(await takeAll(inbox, 1)).toEqual(["young"]);
  });

  it("hands over nothing that is older than `lookBackMs` when it is written later", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.writeAsHuman("first");
    const { inbox } = await openInbox(platform, me, { lookBackMs: 60_000 });
    expect((await inbox.receive({ timeoutMs: 5000 }))?.text).toBe("first");
    me.addActivityRow({ source_id: PEER, request_body: textBody("old"), created_at: timestamp(-90_000) });
    me.addActivityRow({ source_id: PEER, request_body: textBody("next") });
    expect((await inbox.receive({ timeoutMs: 5000 }))?.text).toBe("next");
  });

  it("takes only what is new with a `lookBackMs` of 0", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.writeAsHuman("before");
    const { inbox } = await openInbox(platform, me, { lookBackMs: 0 });
    await hasRead(inbox);
    me.writeAsHuman("after");
    expect(await takeAll(inbox, 1)).toEqual(["after"]);
  });

  it("takes the first message that comes into an empty log also with a `lookBackMs` of 0", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const { inbox } = await openInbox(platform, me, { lookBackMs: 0 });
    await hasRead(inbox);
    me.writeAsHuman("first");
    expect(await takeAll(inbox, 1)).toEqual(["first"]);
  });

  it("is remembered: what waited at the first start is not too old at the second one", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.addActivityRow({ request_body: textBody("waits"), created_at: timestamp(-500) });
    const first = await openInbox(platform, me, { lookBackMs: 1000 });
    expect((await first.inbox.receive())?.text).toBe("waits");
    await first.inbox.stop();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { inbox } = await openInbox(platform, me, { lookBackMs: 1000, stateDir: first.stateDir });
    expect(await inbox.receive()).toMatchObject({ text: "waits", attempt: 2 });
  });
});

describe("reading on", () => {
  it("goes on where the process before it ended", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    for (let n = 1; n <= 5; n += 1) me.writeAsHuman(`m${n}`);
    const first = await openInbox(platform, me);
    expect(await takeAll(first.inbox, 3)).toEqual(["m1", "m2", "m3"]);
    await first.inbox.stop();
    const { inbox } = await openInbox(platform, me, { stateDir: first.stateDir, lookBackMs: 0 });
    expect(await takeAll(inbox, 2)).toEqual(["m4", "m5"]);
    expect(await inbox.receive({ timeoutMs: 100 })).toBeNull();
  });

  it("hands over again after a restart what was not acknowledged, and nothing else, however often", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    // Without a `messageId` nothing but the row tells that a message is done.
    const add = (text: string, source_id: string) =>
      me.addActivityRow({ source_id, request_body: textBody(text, { messageId: undefined }) });
    add("waits", PEER);
    add("done", platform.addWorkspace().id);
    const stateDir = await scratchFolder();
    for (const attempt of [1, 2, 3]) {
      const { inbox } = await openInbox(platform, me, { stateDir });
      expect(await inbox.receive({ timeoutMs: 5000 })).toMatchObject({ text: "waits", attempt });
      const next = await inbox.receive({ timeoutMs: attempt === 1 ? 5000 : 200 });
      expect(next?.text).toBe(attempt === 1 ? "done" : undefined);
      await next?.ack();
      await inbox.stop();
    }
  });

  it("passes over no row of a microsecond that goes on behind a full page", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    for (let n = 1; n <= 240; n += 1) {
      const created_at = timestamp(-60_000 + Math.floor(n / 7), n % 7 === 0 ? 1 : 0);
      me.addActivityRow({ request_body: textBody(`m${n}`), source_id: PEER, created_at });
    }
    const { inbox } = await openInbox(platform, me);
    expect(new Set(await takeAll(inbox, 240)).size).toBe(240);
  });

  it("passes no microsecond of which it has read one half", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.addActivityRow({ request_body: textBody("before"), created_at: timestamp(-700_000) });
    for (let n = 0; n < 99; n += 1) {
      me.addActivityRow({ request_body: textBody(`m${n}`), created_at: timestamp(-60_000 + n) });
    }
    const created_at = timestamp(-50_000);
    for (const text of ["twin 1", "twin 2"]) me.addActivityRow({ request_body: textBody(text), created_at });
    const { inbox } = await openInbox(platform, me);
    expect((await takeAll(inbox, 101)).slice(-2).sort()).toEqual(["twin 1", "twin 2"]);
  });

  it("reads more than a page of rows that share one microsecond", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const created_at = timestamp(-60_000);
    me.addActivityRow({ request_body: textBody("before"), created_at: timestamp(-61_000) });
    for (let n = 1; n <= 150; n += 1) me.addActivityRow({ request_body: textBody(`m${n}`), created_at });
    const { inbox } = await openInbox(platform, me);
    expect(new Set(await takeAll(inbox, 151)).size).toBe(151);
  });

  it("finds a row that is written after a newer one was read and acknowledged", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const { inbox } = await openInbox(platform, me);
    me.writeAsHuman("first");
    expect(await takeAll(inbox, 1)).toEqual(["first"]);
    me.addActivityRow({ request_body: textBody("late"), created_at: timestamp(-1000) });
    const message = await inbox.receive({ timeoutMs: 12_000 });
    expect(message?.text).toBe("late");
  });

  it("goes on by time when the platform has pruned the row it went on from, and repeats nothing", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const ids = ["a", "b", "c"].map((text, index) =>
      me.addActivityRow({ request_body: textBody(text), created_at: timestamp(-60_000 + index) }),
    );
    const first = await openInbox(platform, me);
    expect(await takeAll(first.inbox, 2)).toEqual(["a", "b"]);
    await first.inbox.stop();
    me.pruneActivity(ids.slice(0, 2));
    me.addActivityRow({ request_body: textBody("d"), created_at: timestamp(-50_000) });
    const { inbox, events } = await openInbox(platform, me, { stateDir: first.stateDir });
    expect(await takeAll(inbox, 2)).toEqual(["c", "d"]);
    expect(await inbox.receive({ timeoutMs: 200 })).toBeNull();
    expect(ofType(events, "inbox.cursor_lost")).toHaveLength(1);
  });

  it("takes no other 410 for a row that was pruned", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const { inbox, events } = await openInbox(platform, me);
    me.writeAsHuman("one");
    expect(await takeAll(inbox, 1)).toEqual(["one"]);
    const gone = { status: 410, body: { error: "gone" } };
    platform.fail("GET /workspaces/:id/activity", gone, { times: 1 });
    await vi.waitFor(() => expect(ofType(events, "inbox.poll_failed")).toMatchObject([{ status: 410 }]), {
      timeout: 5000,
    });
    me.writeAsHuman("two");
    expect(await takeAll(inbox, 1)).toEqual(["two"]);
    expect(ofType(events, "inbox.cursor_lost")).toEqual([]);
  });

  it("goes on when the platform has pruned everything", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.addActivityRow({ request_body: textBody("a"), created_at: timestamp(-60_000) });
    const { inbox } = await openInbox(platform, me);
    expect(await takeAll(inbox, 1)).toEqual(["a"]);
    me.pruneActivity();
    for (let n = 1; n <= 130; n += 1) me.writeAsHuman(`m${n}`);
    expect((await takeAll(inbox, 130)).at(-1)).toBe("m130");
  });

  it("passes a page of rows that are no messages", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    for (let n = 1; n <= 220; n += 1) me.addActivityRow({ method: "notify", summary: `note ${n}` });
    me.writeAsHuman("at last");
    const { inbox, events } = await openInbox(platform, me);
    expect(await takeAll(inbox, 1)).toEqual(["at last"]);
    const skipped = ofType(events, "inbox.skipped").map(({ reason, count }) => ({ reason, count }));
    expect(skipped).toContainEqual({ reason: "own-notification", count: 100 });
  });

  it("makes pages smaller whose answer is larger than the client reads", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    for (let n = 1; n <= 20; n += 1)
      me.addActivityRow({ request_body: textBody(`${n} ${"x".repeat(20_000)}`) });
    const { inbox } = await openInbox(platform, me, {}, { limits: { responseBytes: 100_000 } });
    const texts = await takeAll(inbox, 20);
    expect(texts.map((text) => Number.parseInt(text, 10))).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
  });
});

describe("rows that nobody expects", () => {
  it.each([
    ["a body that is JSON text", { request_body: JSON.stringify(textBody("text")) }, "text"],
    ["a body that is other text", { request_body: "just text" }, "just text"],
    ["no body", { summary: "message/send → me" }, "message/send → me"],
    ["nothing at all", {}, "(no text)"],
    ["a task that an agent reported", { request_body: { task: "do it" } }, "do it"],
    ["a list for a body", { request_body: [1, 2], summary: "list" }, "list"],
    ["parts beside the message", { request_body: { params: { parts: [{ text: "bare" }] } } }, "bare"],
    ["a sender that is no id", { source_id: "nobody", request_body: textBody("who") }, "who"],
    [
      "a peer's, marked as an announcement",
      { source_id: PEER, request_body: textBody("mark", { metadata: { kind: "delegation_results" } }) },
      "mark",
    ],
    ["a status that nobody knows", { status: "odd", request_body: textBody("odd") }, "odd"],
  ])("become a message: %s", async (_, row, text) => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.addActivityRow(row);
    me.writeAsHuman("next");
    const { inbox } = await openInbox(platform, me);
    expect(await takeAll(inbox, 2)).toEqual([text, "next"]);
  });

  it.each([
    ["own-notification", { method: "notify" }],
    ["failed-push", { status: "error", request_body: textBody("failed") }],
    ["not-a-message", { method: "tasks/get" }],
    ["results-announcement", "results"],
  ])("are counted: %s", async (reason, row) => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const results = {
      source_id: me.id,
      request_body: textBody("come", { metadata: { kind: "delegation_results" } }),
    };
    me.addActivityRow(typeof row === "string" ? results : row);
    me.writeAsHuman("next");
    const { inbox, events } = await openInbox(platform, me);
    expect(await takeAll(inbox, 1)).toEqual(["next"]);
    expect(ofType(events, "inbox.skipped")).toMatchObject([{ reason, count: 1 }]);
  });

  it("are counted and passed where they have no id or no time", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    me.addActivityRow({ id: "no id", request_body: textBody("lost") });
    me.writeAsHuman("next");
    const { inbox, events } = await openInbox(platform, me);
    expect(await takeAll(inbox, 1)).toEqual(["next"]);
    expect(ofType(events, "inbox.malformed")).toMatchObject([{ count: 1 }]);
  });

  it("count as one message where the sender has sent it twice", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    for (const text of ["a", "a", "b"]) me.addActivityRow({ source_id: PEER, request_body: textBody(text) });
    me.addActivityRow({
      source_id: PEER,
      request_body: textBody("a", { parts: [{ kind: "text", text: "other" }] }),
    });
    me.addActivityRow({ source_id: platform.addWorkspace().id, request_body: textBody("a") });
    const { inbox, events } = await openInbox(platform, me);
    expect(await takeAll(inbox, 4)).toEqual(["a", "b", "other", "a"]);
    expect(ofType(events, "inbox.skipped")).toMatchObject([{ reason: "duplicate", count: 1 }]);
  });
});
