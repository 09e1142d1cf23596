import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPlatform, type TestPlatform, type TestWorkspace } from "../../../src/testing/index";
import { call, messageBody, send } from "../helpers/exchange";
import { register } from "../helpers/registry";

let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace({ name: "Me" });
});
afterEach(() => platform.close());

describe("a workspace in poll mode", () => {
  it("gets messages in its inbox, whatever its status", async () => {
    const peer = platform.addWorkspace({ deliveryMode: "poll", status: "offline" });
    expect(await send(platform, me, peer, messageBody("hello", "m-1"))).toMatchObject({ status: 200 });
    expect((await send(platform, me, peer, messageBody("again", "m-2"))).json).toEqual({
      status: "queued",
      delivery_mode: "poll",
      method: "message/send",
    });
    expect(peer.received).toMatchObject([
      { from: me.id, text: "hello", messageId: "m-1" },
      { from: me.id, text: "again", messageId: "m-2" },
    ]);
    expect((await call(`${platform.url}/workspaces/${me.id}`)).json).toMatchObject({
      last_outbound_at: expect.any(String),
    });
  });

  it("is one by its last registration", async () => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    await register(platform, peer, { delivery_mode: "poll", url: "" });
    expect((await send(platform, me, peer)).json).toMatchObject({ delivery_mode: "poll" });
    await register(platform, peer, { delivery_mode: "push", url: "http://127.0.0.1:1" });
    expect((await send(platform, me, peer)).json).toEqual({ error: "failed to reach workspace agent" });
  });

  it("gets no message that is not JSON", async () => {
    const peer = platform.addWorkspace({ deliveryMode: "poll" });
    expect(await send(platform, me, peer, "oops")).toMatchObject({
      status: 400,
      json: { error: "invalid JSON" },
    });
    expect(peer.received).toEqual([]);
  });
});
