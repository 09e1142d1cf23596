import { createA2AClient } from "a2a-peers";
import { createInbox } from "a2a-peers/inbox";
import { createPeerTools, type ToolName } from "a2a-peers/tools";
import { describe, expect, it, vi } from "vitest";
import { environmentOf, HOSTS, platformWithWorkspace, SLOW, startHost, untilReading } from "./helpers/server";

describe.each(HOSTS)("a host with %s", (host) => {
  it("lists the tools as they are, and reads how to use them", async () => {
    const { platform, me } = await platformWithWorkspace();
    const { client } = await startHost(await environmentOf(platform, me), host);
    await using own = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });
    const tools = createPeerTools(own, { inbox: createInbox(own) });
    expect((await client.listTools()).tools).toEqual(tools.map(({ run: _, ...shown }) => shown));
    const instructions = client.getInstructions();
    expect(instructions).toContain(`Your own workspace is ${me.id}`);
    expect(instructions).toContain("Call wait_for_message at the start of each turn");
    expect(client.getServerCapabilities()).toMatchObject({ experimental: { "claude/channel": {} } });
  });

  it("calls each tool", async () => {
    const { platform, me } = await platformWithWorkspace();
    const peer = platform.addWorkspace({ name: "Poet", reply: () => "Roses are red." });
    const { call } = await startHost(await environmentOf(platform, me), host);
    const to = { workspace_id: peer.id };
    expect(await call("list_peers")).toMatchObject({ text: expect.stringContaining("Poet"), isError: false });
    expect((await call("get_workspace_info")).text).toContain(me.id);
    expect(await call("delegate_task", { ...to, task: "A line." })).toEqual({
      text: "Roses are red.",
      isError: false,
    });
    const handedOver = await call("delegate_task_async", { ...to, task: "Another line." });
    const [, task_id] = /task_id (\S+)/.exec(handedOver.text) ?? [];
    await vi.waitFor(
      async () => expect((await call("check_task_status", { task_id })).text).toContain("Roses are red."),
      SLOW,
    );
    expect(await call("send_message_to_user", { message: "Working on it." })).toMatchObject({
      isError: false,
    });
    expect(await call("delegate_task", to)).toMatchObject({
      text: expect.stringContaining("`task` is missing"),
      isError: true,
    });
    expect(await call("delegate" as ToolName)).toMatchObject({ isError: true });
  });

  it("is handed a message, answers it and pops it; until then it is there", async () => {
    const { platform, me } = await platformWithWorkspace();
    const asked: string[] = [];
    const peer = platform.addWorkspace({
      name: "Asker",
      reply: ({ text }) => {
        asked.push(text);
        return "Thanks.";
      },
    });
    const { call } = await startHost(await environmentOf(platform, me), host);
    expect((await call("wait_for_message", { timeout_secs: 0 })).text).toContain("No message");
    await untilReading(platform, me);
    await using other = createA2AClient({
      platformUrl: platform.url,
      workspaceId: peer.id,
      token: peer.token,
    });
    await other.sendA2AMessage(me.id, "Which colour?");
    const { text } = await call("wait_for_message", { timeout_secs: 10 });
    expect(text).toContain('"text": "Which colour?"');
    const [, activity_id] = /"activity_id": "([^"]+)"/.exec(text) ?? [];
    expect((await call("inbox_peek")).text).toContain("Which colour?");
    expect(await call("reply_to_workspace", { peer_id: peer.id, text: "Blue.", activity_id })).toMatchObject({
      isError: false,
    });
    expect(asked).toEqual(["Blue."]);
    expect(await call("inbox_pop", { activity_id })).toMatchObject({ isError: false });
    expect(await call("inbox_peek")).toEqual({ text: "No messages wait.", isError: false });
    expect(await call("inbox_pop", { activity_id })).toMatchObject({ isError: true });
  });

  it("gets a message pushed, with its facts beside its text, and pops it", async () => {
    const { platform, me } = await platformWithWorkspace();
    const { call, pushed } = await startHost(await environmentOf(platform, me), host);
    await call("get_workspace_info");
    await untilReading(platform, me);
    me.writeAsHuman("Hello?");
    await vi.waitFor(() => expect(pushed).toHaveLength(1), SLOW);
    const [{ method, params: { content, meta } = {} } = { method: "" }] = pushed;
    expect({ method, content }).toEqual({ method: "notifications/claude/channel", content: "Hello?" });
    expect(meta).toEqual({
      source: "molecule",
      kind: "canvas_user",
      peer_id: "",
      activity_id: expect.any(String),
      ts: expect.stringMatching(/^20\d\d-/),
    });
    expect((await call("inbox_peek")).text).toContain("Hello?");
    expect(await call("inbox_pop", { activity_id: meta?.activity_id })).toMatchObject({ isError: false });
    expect((await call("inbox_peek")).text).toBe("No messages wait.");
  });
});
