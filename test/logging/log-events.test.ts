import { Console } from "node:console";
import { PassThrough } from "node:stream";
import { createA2AClient } from "a2a-peers";
import { createInbox } from "a2a-peers/inbox";
import { logEvents, messageFirst } from "a2a-peers/logging";
import { startPlatform } from "a2a-peers/testing";
import pino from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { thrownBy } from "../helpers/failure";
import { OWN } from "../helpers/ids";

/** A stream, and the lines that were written to it. */
function collect() {
  const lines: string[] = [];
  const stream = new PassThrough();
  stream.on("data", (text: Buffer) => lines.push(...text.toString().split("\n").filter(Boolean)));
  return { stream, lines };
}

/** Two workspaces on a platform whose next message is lost, and a client of one of them with this logger. */
async function setUp(options: Parameters<typeof createA2AClient>[0]) {
  const platform = await startPlatform();
  onTestFinished(() => platform.close());
  const me = platform.addWorkspace({ name: "me" });
  const peer = platform.addWorkspace({ reply: () => "hi" });
  const client = createA2AClient({
    platformUrl: platform.url,
    workspaceId: me.id,
    token: me.token,
    retry: { baseDelayMs: 1 },
    ...options,
  });
  onTestFinished(() => client.close());
  platform.fail("POST /workspaces/:id/a2a", { kind: "reset" }, { times: 1 });
  return { platform, me, peer, client };
}

const noLogger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

describe("a logger", () => {
  it("of pino gets the fields of each event, its level and its sentence, and no token", async () => {
    const { stream, lines } = collect();
    const { client, me, peer } = await setUp({ logger: logEvents(pino({ level: "debug" }, stream)) });
    await client.sendA2AMessage(peer.id, "hello");
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged.map(({ level, type }) => [level, type])).toEqual([
      [20, "send.attempt_started"],
      [30, "send.attempt_failed"],
      [30, "send.retry"],
      [20, "send.attempt_started"],
      [20, "send.settled"],
    ]);
    expect(logged[1]).toMatchObject({ peerId: peer.id, attempt: 1, delivery: "maybe" });
    expect(logged[4]?.msg).toMatch(/^A message to peer .* ended with reply, after 2 attempts and /);
    expect(lines.join()).not.toContain(me.token);
  });

  it("that takes the sentence first gets it first: console", async () => {
    const { stream, lines } = collect();
    const logger = logEvents(messageFirst(new Console(stream)));
    const { client, peer } = await setUp({ logger });
    await client.sendA2AMessage(peer.id, "hello");
    expect(lines[0]).toMatch(/^Attempt 1 of a message to peer \S+ is being sent\. \{/);
  });

  it("may throw, and have no level debug, without an effect on the call", async () => {
    const logger = {
      ...noLogger,
      debug: undefined,
      info() {
        throw new Error("disk full");
      },
    };
    const { client, peer } = await setUp({ logger: logEvents(logger) });
    expect(await client.sendA2AMessage(peer.id, "hello")).toMatchObject({ text: "hi", attempts: 2 });
  });

  it("is beside `onEvent` of the client, and also gets the events of an inbox that has its own", async () => {
    const seen = { client: [] as string[], inbox: [] as string[], logger: [] as string[] };
    const { client, me } = await setUp({
      onEvent: ({ type }) => void seen.client.push(type),
      logger: ({ type }) => void seen.logger.push(type),
    });
    await client.register({ agentCard: { name: "me" } });
    await using inbox = createInbox(client, { onEvent: ({ type }) => void seen.inbox.push(type) });
    me.writeAsHuman("hello");
    await (await inbox.receive())?.ack();
    expect(seen.client).toEqual([]);
    expect(seen.inbox).toEqual(["inbox.received", "inbox.delivered", "inbox.acknowledged"]);
    expect(seen.logger).toEqual(seen.inbox);
  });

  it.each([undefined, null, {}, { info() {} }, { ...noLogger, debug: 1 }])(
    "is refused without functions for its levels: %o",
    async (logger) => {
      for (const take of [logEvents, messageFirst]) {
        const error = await thrownBy(() => take(logger as never));
        expect(error).toMatchObject({ code: "configuration" });
        expect(error.message).toMatch(/info, warn and error/);
      }
    },
  );

  it("is refused by a client that gets it without `logEvents`, with what to do", async () => {
    const error = await thrownBy(() => createA2AClient({ workspaceId: OWN, logger: noLogger as never }));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain("logEvents of a2a-peers/logging");
  });
});
