import type { InboxMessage } from "a2a-peers/inbox";
import { describe, expect, it, vi } from "vitest";
import { PEER } from "../helpers/ids";
import { ofType } from "./helpers/agent";
import { type FetchAgent, sendRequest, startFetchAgent } from "./helpers/fetch-agent";

const file = { uri: "workspace:/report.pdf", name: "report.pdf", mimeType: "application/pdf" };

describe("a pushed message", () => {
  it.each([
    [
      "kind",
      [
        { kind: "text", text: "a" },
        { kind: "data", data: 1 },
        { kind: "file", file },
      ],
    ],
    [
      "type",
      [
        { type: "text", text: "a" },
        { type: "data", data: 1 },
        { type: "file", file },
      ],
    ],
    [
      "neither",
      [{ text: "a" }, { data: 1 }, { url: file.uri, filename: file.name, mediaType: file.mimeType }],
    ],
    ["a root", [{ root: { kind: "text", text: "a" } }, { root: { data: 1 } }, { root: { file } }]],
  ])("is read whose parts have %s", async (_, parts) => {
    const seen: InboxMessage[] = [];
    const { call } = await startFetchAgent({ onMessage: (message) => void seen.push(message) });
    await call(sendRequest("", { parts }));
    expect(seen).toMatchObject([{ text: "a", data: [1], files: [file] }]);
  });

  it("has its ids, its sender, what it answers, and the whole request", async () => {
    const seen: InboxMessage[] = [];
    const { call } = await startFetchAgent({ onMessage: (message) => void seen.push(message) });
    const metadata = { in_reply_to: "question", delegation_id: "d" };
    const request = sendRequest("a", { contextId: "c", messageId: "m", metadata });
    await call(request);
    expect(seen).toMatchObject([
      { id: "m", messageId: "m", contextId: "c", inReplyTo: "question", delegationId: "d", raw: request },
    ]);
    expect(seen[0]?.from).toEqual({ kind: "peer", id: PEER });
    expect(Date.now() - Number(seen[0]?.receivedAt)).toBeLessThan(60_000);
  });

  it("without a sender is from the human, and without ids gets some", async () => {
    const seen: InboxMessage[] = [];
    const { call } = await startFetchAgent({ onMessage: (message) => void seen.push(message) });
    await call(sendRequest("a", { messageId: null }, { metadata: "none" }));
    expect(seen).toMatchObject([{ from: { kind: "human" }, id: expect.stringMatching(/\S{36}/) }]);
    expect(seen[0]?.contextId).toMatch(/\S{36}/);
  });

  it.each([
    ["message/send", { kind: "message", role: "agent" }, [{ kind: "text", text: "yes" }, { kind: "data", data: { n: 1 } }, { kind: "file", file }]],
    ["SendMessage", { role: "ROLE_AGENT" }, [{ text: "yes" }, { data: { n: 1 } }, { url: file.uri, filename: file.name, mediaType: file.mimeType }]],
  ])("is answered in the version it came in: %s", async (method, head, parts) => {
    const { call } = await startFetchAgent({
      onMessage: () => ({ text: "yes", parts: [{ kind: "data", data: { n: 1 } }, { kind: "file", file }] }),
    });
    const request = { ...sendRequest("a", { contextId: "c" }), id: "rpc", method };
    const message = { ...head, messageId: expect.any(String), contextId: "c", parts };
    expect(await call(request)).toEqual({
      jsonrpc: "2.0",
      id: "rpc",
      result: method === "SendMessage" ? { message } : message,
    });
  }); // biome-ignore format: rows

  it.each([["nothing", undefined], ["null", null], ["empty text", ""]])("is answered without parts by a handler that returns %s", async (_, result) => {
    const { call } = await startFetchAgent({ onMessage: () => result as string });
    expect((await call(sendRequest("a"))).result.parts).toEqual([]);
  }); // biome-ignore format: rows
});

describe("a handler", () => {
  const lastBeat = async ({ agent, beats }: FetchAgent) => {
    await agent.heartbeat.beat();
    return beats.at(-1);
  };

  it("counts as a task in the heartbeat while it works", async () => {
    let finish = () => {};
    const started = await startFetchAgent({
      onMessage: () => new Promise<void>((resolve) => { finish = resolve; }),
    }); // biome-ignore format: one line
    const answered = started.call(sendRequest("Summarise the report"));
    await vi.waitFor(() => expect(ofType(started.events, "agent.received")).toHaveLength(1));
    expect(await lastBeat(started)).toMatchObject({ active_tasks: 1, current_task: "Summarise the report" });
    finish();
    await answered;
    expect(await lastBeat(started)).toMatchObject({ active_tasks: 0, error_rate: 0 });
  });

  it.each([
    ["throws", () => { throw new Error("SENSITIVE /etc/secret"); }, "SENSITIVE"],
    ["rejects", () => Promise.reject(new Error("SENSITIVE")), "SENSITIVE"],
    ["throws what is no text", () => { throw Object.create(null); }, "cannot be written"],
    ["returns what is no answer", () => 42 as unknown as string, "`answer`"],
    ["asks back in a state that is none", () => ({ state: "input_required", text: "which?" }), "`answer.state`"],
    ["returns what JSON cannot hold", () => ({ parts: [{ kind: "data" as const, data: { n: 1n } }] }), "BigInt"],
  ] as const)("that %s is an error that says that something ran, and not what", async (_, onMessage, reason) => {
    const started = await startFetchAgent({ onMessage });
    const request = sendRequest("a");
    const answer = await started.call(request);
    expect(answer.error).toMatchObject({ code: -32603, data: { ran: true } });
    expect(JSON.stringify(answer)).not.toMatch(/SENSITIVE|BigInt|at .*\.ts/);
    expect(ofType(started.events, "agent.settled")).toMatchObject([
      { state: "failed", reason: expect.stringContaining(reason) },
    ]);
    expect(await lastBeat(started)).toMatchObject({
      active_tasks: 0,
      error_rate: 1,
      sample_error: expect.stringContaining(reason),
    });
    // It has run: it does not run again.
    expect((await started.call({ ...request, id: "again" })).error).toEqual(answer.error);
    expect(ofType(started.events, "agent.received")).toHaveLength(1);
  }); // biome-ignore format: rows

  it("that gives the message back is an error that says that nothing ran, and a repeat runs", async () => {
    let runs = 0;
    const { call } = await startFetchAgent({
      async onMessage({ nack }) {
        runs += 1;
        if (runs === 1) await nack("not now");
        return "done";
      },
    });
    const request = sendRequest("a");
    expect((await call(request)).error).toMatchObject({ code: -32603, data: { ran: false } });
    expect((await call(request)).result.parts).toEqual([{ kind: "text", text: "done" }]);
    expect(runs).toBe(2);
  });

  it("gives its answer in pieces with `reply`, before what it returns", async () => {
    const { call } = await startFetchAgent({
      async onMessage({ reply, ack }) {
        expect(await reply("first")).toBeUndefined();
        await reply({ parts: [{ kind: "data", data: 2 }] });
        await ack();
        return "last";
      },
    });
    expect((await call(sendRequest("a"))).result.parts).toEqual([
      { kind: "text", text: "first" },
      { kind: "data", data: 2 },
      { kind: "text", text: "last" },
    ]);
  });
});
