import { describe, expect, it } from "vitest";
import { openInbox, platformForTest } from "./helpers/inbox";

describe("the messages that an inbox has handed over", () => {
  it("are shown until they are acknowledged, which any of their copies may do", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace({ deliveryMode: "poll" });
    const { inbox } = await openInbox(platform, me);
    expect(inbox.workspaceId).toBe(me.id);
    expect(inbox.held()).toEqual([]);
    me.writeAsHuman("One");
    const message = await inbox.receive();
    expect(inbox.held()).toMatchObject([{ id: message?.id, text: "One", attempt: 1 }]);
    expect(inbox.peek()).toEqual([]);
    await inbox.held()[0]?.ack();
    expect(inbox.held()).toEqual([]);
    expect(inbox.status).toMatchObject({ waiting: 0, inFlight: 0 });
  });

  it("are read from its start on, before anything is received", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace({ deliveryMode: "poll" });
    const { inbox } = await openInbox(platform, me);
    me.writeAsHuman("One");
    inbox.start();
    await expect.poll(() => inbox.peek().map(({ text }) => text)).toEqual(["One"]);
  });
});
