import { describe, expect, it, vi } from "vitest";
import {
  environmentOf,
  platformWithWorkspace,
  SHORT_WAITS,
  SLOW,
  startHost,
  untilReading,
} from "./helpers/server";

const idIn = (text: string) => /"activity_id": "([^"]+)"/.exec(text)?.[1];

describe("the messages of an MCP server", () => {
  it("come again after it was killed, but for those that were popped", async () => {
    const { platform, me } = await platformWithWorkspace();
    const env = await environmentOf(platform, me);
    const first = await startHost(env);
    await untilReading(platform, me);
    me.writeAsHuman("one");
    const one = await first.call("wait_for_message", { timeout_secs: 10 });
    await first.call("inbox_pop", { activity_id: idIn(one.text) });
    me.writeAsHuman("two");
    const two = await first.call("wait_for_message", { timeout_secs: 10 });
    expect(two.text).toContain('"text": "two"');
    first.kill("SIGKILL");
    me.writeAsHuman("three");
    const second = await startHost(env);
    const again = await second.call("wait_for_message", { timeout_secs: 20 });
    expect(again.text).toContain('"text": "two"');
    expect(again.text).toContain('"attempt": 2');
    expect(idIn(again.text)).toBe(idIn(two.text));
    await second.call("inbox_pop", { activity_id: idIn(again.text) });
    expect((await second.call("wait_for_message", { timeout_secs: 10 })).text).toContain('"text": "three"');
    expect((await second.call("inbox_peek")).text).not.toContain('"text": "one"');
  });

  it("are pushed once each, from before the host was ready too, but not where a call waits for them", async () => {
    const { platform, me } = await platformWithWorkspace();
    me.writeAsHuman("early");
    const env = { ...(await environmentOf(platform, me)), MOLECULE_MCP_POLL_TIMEOUT_SECS: "0" };
    const { client, call, pushed } = await startHost(env);
    const texts = () => pushed.map(({ params }) => params?.content);
    expect(client.getInstructions()).toContain("Their messages are pushed to you");
    await vi.waitFor(() => expect(texts()).toEqual(["early"]), SLOW);
    me.writeAsHuman("late");
    await vi.waitFor(() => expect(texts()).toEqual(["early", "late"]), SLOW);
    for (const { params } of pushed) await call("inbox_pop", { activity_id: params?.meta?.activity_id });
    const waiting = call("wait_for_message", { timeout_secs: 15 });
    me.writeAsHuman("waited for");
    expect((await waiting).text).toContain("waited for");
    me.writeAsHuman("last");
    await vi.waitFor(() => expect(texts()).toEqual(["early", "late", "last"]), SLOW);
  });

  it("are one server's; another one says so, serves the tools, and takes over when the first ends", async () => {
    const { platform, me } = await platformWithWorkspace();
    platform.addWorkspace({ name: "Poet", reply: () => "Roses are red." });
    const env = await environmentOf(platform, me);
    const first = await startHost(env);
    await untilReading(platform, me);
    const second = await startHost(env, "client 2.4", SHORT_WAITS);
    await vi.waitFor(
      () => expect(second.log()).toContain("This server serves the tools without its messages"),
      SLOW,
    );
    me.writeAsHuman("for the first");
    expect((await first.call("wait_for_message", { timeout_secs: 10 })).text).toContain("for the first");
    expect((await second.call("list_peers")).text).toContain("Poet");
    expect(await second.call("wait_for_message")).toMatchObject({
      text: expect.stringContaining("Another program of this workspace reads its inbox"),
      isError: true,
    });
    expect(second.pushed).toEqual([]);
    await first.close();
    const { text } = await second.call("wait_for_message", { timeout_secs: 20 });
    expect(text).toContain("for the first");
  });

  it("of several workspaces come to one server", async () => {
    const { platform, me } = await platformWithWorkspace();
    const also = platform.addWorkspace({ name: "Also me", deliveryMode: "poll" });
    const { call, log } = await startHost({
      ...(await environmentOf(platform, me)),
      MOLECULE_WORKSPACES: JSON.stringify([me, also].map(({ id, token }) => ({ id, token }))),
    });
    await vi.waitFor(() => expect(log().match(/registered in poll mode/g)).toHaveLength(2), SLOW);
    expect((await call("list_peers")).text).toContain(`via: ${also.id.slice(0, 8)}`);
    me.writeAsHuman("to me");
    also.writeAsHuman("to me too");
    const texts = [await call("wait_for_message", { timeout_secs: 20 })];
    if (!texts.some(({ text }) => text.includes("to me too") && text.includes('"to me"')))
      texts.push(await call("wait_for_message", { timeout_secs: 20 }));
    const all = texts.map(({ text }) => text).join();
    expect(all).toContain('"text": "to me"');
    expect(all).toContain('"text": "to me too"');
  });
});
