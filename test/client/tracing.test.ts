import { tracingChannel } from "node:diagnostics_channel";
import { createA2AClient } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { expect, it } from "vitest";

it("publishes every call on the tracing channel, without the message and without a secret", async () => {
  await using platform = await startPlatform();
  const me = platform.addWorkspace({ name: "me" });
  const peer = platform.addWorkspace({ reply: () => "hi" });
  await using client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });
  const seen: unknown[] = [];
  const subscribers = {
    start: (call: object) => void seen.push({ ...call }),
    end() {},
    asyncStart() {},
    asyncEnd() {},
    error() {},
  };
  const channel = tracingChannel("a2a-peers");
  channel.subscribe(subscribers);
  try {
    await client.listPeers();
    await client.sendA2AMessage(peer.id, "hello");
    await client.conversation(peer.id).send("hello");
    await client.fanOut([peer.id], "hello");
  } finally {
    channel.unsubscribe(subscribers);
  }
  expect(seen).toEqual([
    { operation: "listPeers" },
    { operation: "sendA2AMessage", peerId: peer.id },
    { operation: "sendA2AMessage", peerId: peer.id },
    { operation: "fanOut" },
  ]);
});
