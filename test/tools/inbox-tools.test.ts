import { createPeerTools, type InboundFields } from "a2a-peers/tools";
import { describe, expect, it } from "vitest";
import { callerOf, startTools } from "./helpers";

/** The fields of the messages that a result shows. */
const shown = (result: { data?: unknown }) => result.data as InboundFields[];

describe("the inbox tools", () => {
  it("exist where an inbox is given, and only there", async () => {
    const { client, createInbox } = await startTools();
    const names = (tools: readonly { name: string }[]) => tools.map(({ name }) => name);
    expect(names(createPeerTools(client))).not.toContain("wait_for_message");
    const inbox = await createInbox();
    expect(names(createPeerTools(client, { inbox })).slice(-3)).toEqual([
      "wait_for_message",
      "inbox_peek",
      "inbox_pop",
    ]);
  });

  it("hand a message over, show it as not popped, and end it with the pop", async () => {
    const { me, tools, createInbox } = await startTools({ me: { deliveryMode: "poll" } });
    const call = tools({ inbox: await createInbox() });
    me.writeAsHuman("Good morning");

    const [message] = shown(await call("wait_for_message", { timeout_secs: 10 }));
    expect(message).toEqual({
      source: "molecule",
      kind: "canvas_user",
      peer_id: "",
      activity_id: expect.any(String),
      ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      text: "Good morning",
    });
    expect(shown(await call("inbox_peek"))).toEqual([message]);

    const popped = await call("inbox_pop", { activity_id: message?.activity_id });
    expect(popped).toMatchObject({ isError: false, text: "Done: the message does not come again." });
    expect((await call("inbox_peek")).text).toBe("No messages wait.");
    expect(await call("inbox_pop", { activity_id: message?.activity_id })).toMatchObject({ isError: true });
  });

  it("peek at what was never handed over, of an inbox that nobody has read, and pop it", async () => {
    const { me, tools, createInbox } = await startTools({ me: { deliveryMode: "poll" } });
    const call = tools({ inbox: await createInbox() });
    me.writeAsHuman("One");
    me.writeAsHuman("Two");
    const messages = shown(await call("inbox_peek"));
    expect(messages.map(({ text }) => text)).toEqual(["One", "Two"]);
    await call("inbox_pop", { activity_id: messages[0]?.activity_id });
    expect(shown(await call("inbox_peek")).map(({ text }) => text)).toEqual(["Two"]);
  });
});

describe("a reply", () => {
  it("belongs to the message it answers, so that the peer that asked has its answer", async () => {
    const { platform, me, client, createClient, createInbox, tools } = await startTools({
      me: { deliveryMode: "poll" },
    });
    const ada = platform.addWorkspace({ name: "Ada", deliveryMode: "poll" });
    const adas = createClient({ workspaceId: ada.id, token: ada.token });
    const asking = callerOf(createPeerTools(adas, { inbox: await createInbox(adas) }));
    await client.listPeers();
    const answering = tools({ inbox: await createInbox() });

    const asked = asking("delegate_task", { workspace_id: me.id, task: "How much is 6 times 7?" });
    const [question] = shown(await answering("wait_for_message", { timeout_secs: 10 }));
    expect(question).toMatchObject({ kind: "peer_agent", peer_id: ada.id, peer_name: "Ada" });
    const replied = await answering("reply_to_workspace", { peer_id: ada.id, text: "42" });
    expect(replied.text).toBe("The answer is stored for Ada, which gets it later. Do not send it again.");
    expect((await asked).text).toBe("42");
  });

  it("to the human is shown to the human", async () => {
    const { me, tools } = await startTools();
    await tools()("reply_to_workspace", { peer_id: "", text: "It is done." });
    expect(me.notifications).toEqual(["It is done."]);
  });
});
