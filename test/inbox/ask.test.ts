import { delegateTask } from "a2a-peers";
import { describe, expect, it, vi } from "vitest";
import { openInbox, platformForTest, textBody } from "./helpers/inbox";

const POLLING = { deliveryMode: "poll" } as const;

describe("ask", () => {
  it("gives each answer of a peer that polls to its question, and to no handler", async () => {
    const platform = await platformForTest();
    const [a, b] = [platform.addWorkspace(POLLING), platform.addWorkspace(POLLING)];
    const one = await openInbox(platform, a);
    const two = await openInbox(platform, b, { concurrency: 4 });
    const handled: string[] = [];
    void one.inbox.run(({ text }) => void handled.push(text));
    void two.inbox.run(({ text }) => `echo ${text}`);
    const answers = await Promise.all([1, 2, 3].map((n) => one.inbox.ask(b.id, `q${n}`)));
    expect(answers).toMatchObject([1, 2, 3].map((n) => ({ kind: "reply", text: `echo q${n}` })));
    expect(handled).toEqual([]);
  });

  it("resolves at once where the peer answers directly", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const peer = platform.addWorkspace({ reply: ({ text }) => `direct ${text}` });
    const { inbox } = await openInbox(platform, me);
    expect(await inbox.ask(peer.id, "hello")).toMatchObject({ kind: "reply", text: "direct hello" });
  });

  it("knows an answer without `in_reply_to` by its conversation, and only from the peer that was asked", async () => {
    const platform = await platformForTest();
    const [me, peer, other] = [POLLING, POLLING, POLLING].map((options) => platform.addWorkspace(options));
    if (me === undefined || peer === undefined || other === undefined) throw new Error();
    const { inbox } = await openInbox(platform, me);
    const asked = inbox.ask(peer.id, "well?", { contextId: "talk" });
    await vi.waitFor(() => expect(peer.received).toHaveLength(1));
    me.addActivityRow({ source_id: other.id, request_body: textBody("no", { contextId: "talk" }) });
    me.addActivityRow({ source_id: peer.id, request_body: textBody("yes", { contextId: "talk" }) });
    expect((await asked).text).toBe("yes");
    expect((await inbox.receive())?.text).toBe("no");
  });

  it("resolves to `queued` when the time is over, and a late answer is an ordinary message", async () => {
    const platform = await platformForTest();
    const [me, peer] = [platform.addWorkspace(POLLING), platform.addWorkspace(POLLING)];
    const { inbox } = await openInbox(platform, me);
    const outcome = await inbox.ask(peer.id, "well?", { answerWithinMs: 50 });
    expect(outcome).toMatchObject({ kind: "queued", deliveryMode: "poll" });
    expect(outcome.text).toContain("Do not send the message again");
    const message = textBody("late", { metadata: { in_reply_to: outcome.messageId } });
    me.addActivityRow({ source_id: peer.id, request_body: message });
    expect(await inbox.receive()).toMatchObject({ text: "late", inReplyTo: outcome.messageId });
  });

  it("finds an answer behind more messages than may wait", async () => {
    const platform = await platformForTest();
    const [me, peer] = [platform.addWorkspace(POLLING), platform.addWorkspace(POLLING)];
    for (let n = 1; n <= 250; n += 1) me.writeAsHuman(`m${n}`);
    const { inbox } = await openInbox(platform, me);
    const asked = inbox.ask(peer.id, "well?");
    await vi.waitFor(() => expect(peer.received).toHaveLength(1));
    const in_reply_to = peer.received[0]?.messageId;
    me.addActivityRow({ source_id: peer.id, request_body: textBody("yes", { metadata: { in_reply_to } }) });
    expect((await asked).text).toBe("yes");
    expect(inbox.status.waiting).toBe(100);
    expect((await inbox.receive())?.text).toBe("m1");
  });

  it("refuses a name in place of an id with the peers that it may mean", async () => {
    const platform = await platformForTest();
    const poet = platform.addWorkspace({ name: "Poet" });
    const { inbox, client } = await openInbox(platform, platform.addWorkspace(POLLING));
    await client.listPeers();
    await expect(inbox.ask("Poet", "hello")).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(`peer "Poet" (${poet.id})`),
    });
  });

  it("rejects with the reason of its signal", async () => {
    const platform = await platformForTest();
    const [me, peer] = [platform.addWorkspace(POLLING), platform.addWorkspace(POLLING)];
    const { inbox } = await openInbox(platform, me);
    const controller = new AbortController();
    const asked = inbox.ask(peer.id, "well?", { signal: controller.signal });
    await vi.waitFor(() => expect(peer.received).toHaveLength(1));
    controller.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
  });

  it("refuses wrong options before anything is sent", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const { inbox } = await openInbox(platform, me);
    await expect(inbox.ask("nobody", "hi")).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(inbox.ask(me.id, "hi", { answerWithinMs: -1 })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect(platform.requests).toEqual([]);
  });
});

describe("a delegated task", () => {
  it("waits for the answer of a peer that polls where it is given an inbox", async () => {
    const platform = await platformForTest();
    const [me, peer] = [platform.addWorkspace(POLLING), platform.addWorkspace(POLLING)];
    const one = await openInbox(platform, me);
    const two = await openInbox(platform, peer);
    void two.inbox.run(({ text }) => `done: ${text}`);
    expect(await delegateTask(one.client, peer.id, "file it", { inbox: one.inbox })).toBe("done: file it");
  });

  it("says where the answer comes when the peer does not answer within the budget", async () => {
    const platform = await platformForTest();
    const [me, peer] = [platform.addWorkspace(POLLING), platform.addWorkspace(POLLING)];
    const { client, inbox } = await openInbox(platform, me);
    const text = await delegateTask(client, peer.id, "file it", { inbox, budgetMs: 1500 });
    expect(text).toContain("No answer came within");
  });
});
