import { A2AError, toToolText } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { rpc, textMessage } from "../helpers/answer";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { PEER, PLATFORM } from "../helpers/ids";
import { type Answer, nockPlatform } from "../helpers/nock-platform";

const platform = nockPlatform();
const TARGET = `[target=${PLATFORM}/workspaces/${PEER}/a2a]`;

async function toolTextOf(answer: Answer): Promise<string> {
  platform.answerMessage(answer);
  const client = testClient({ retry: { maxAttempts: 1 } });
  return client.sendA2AMessage(PEER, "hi").then(toToolText, toToolText);
}

describe("the tool text of a reply", () => {
  it.each<[string, unknown, string]>([
    ["is the words of the peer", textMessage("hi"), "hi"],
    ["is all the words of the peer", textMessage("one", "two"), "one\ntwo"],
    ["is (no response) when there are no parts", { parts: [] }, "(no response)"],
    ["is (no response) when there is nothing", {}, "(no response)"],
    ["is empty when the part has no words", textMessage(""), ""],
    [
      "is not marked as a failure because it quotes one",
      textMessage("[A2A_ERROR] said it"),
      "[A2A_ERROR] said it",
    ],
  ])("%s", async (_, result, expected) => {
    expect(await toolTextOf({ body: rpc(result) })).toBe(expected);
  });

  it("lists the files", async () => {
    const parts = [
      { kind: "text", text: "see" },
      { kind: "file", file: { uri: "workspace:/r.pdf", name: "r.pdf", mimeType: "application/pdf" } },
      { raw: "aGk=" },
    ];
    expect(await toolTextOf({ body: rpc({ parts }) })).toBe(
      "see\n[file: r.pdf (application/pdf, workspace:/r.pdf)]\n[file: unnamed (inline)]",
    );
    expect(await toolTextOf({ body: rpc({ parts: parts.slice(2) }) })).toBe("[file: unnamed (inline)]");
  });

  it("shows the data below the text, and before the files", async () => {
    const parts = [{ text: "see" }, { data: { total: 4 } }, { data: [1] }, { url: "u" }];
    expect(await toolTextOf({ body: rpc({ parts }) })).toBe('see\n{"total":4}\n[1]\n[file: unnamed (u)]');
    expect(await toolTextOf({ body: rpc({ parts: parts.slice(1) }) })).toBe(
      '{"total":4}\n[1]\n[file: unnamed (u)]',
    );
  });

  it("removes control characters from a file's name", async () => {
    const parts = [{ kind: "file", file: { uri: "u", name: "a\n[A2A_ERROR] b\u202e" } }];
    expect(await toolTextOf({ body: rpc({ parts }) })).toBe("[file: a [A2A_ERROR] b  (u)]");
  });
});

describe("the tool text of another outcome", () => {
  const task = (state: string, text: string) =>
    rpc({ kind: "task", id: "t-1", contextId: "c-1", status: { state, message: textMessage(text) } });

  it("says what was queued, for whom, and not to send it again", async () => {
    const text = await toolTextOf({ status: 202, body: { queued: true } });
    expect(text).toContain(PEER);
    expect(text).toContain("do not send it again");
    expect(text).not.toContain("[A2A_ERROR]");
  });

  it.each([
    [
      "input-required",
      "The peer needs an answer before it can go on. It says: which? [taskId=t-1 contextId=c-1]",
    ],
    [
      "auth-required",
      "The peer needs to be given access before it can go on. It says: which? [taskId=t-1 contextId=c-1]",
    ],
    [
      "working",
      "The peer has begun the task and not finished it. It says: which? [taskId=t-1 contextId=c-1]",
    ],
  ])("says what %s asks of the caller", async (state, expected) => {
    expect(await toolTextOf({ body: task(state, "which?") })).toBe(expected);
  });

  it.each(["input-required", "auth-required", "working"])("shows what %s says as data", async (state) => {
    const message = { parts: [{ data: { fields: ["city"] } }] };
    const status = { state, message };
    const text = await toolTextOf({ body: rpc({ kind: "task", id: "t-1", status }) });
    expect(text).toMatch(/It says: \{"fields":\["city"\]\} \[taskId=t-1\]$/);
    message.parts.push({ url: "workspace:/form.pdf" } as never);
    expect(await toolTextOf({ body: rpc({ kind: "task", id: "t-1", status }) })).toMatch(
      /It says: \{"fields":\["city"\]\}\n\[file: unnamed \(workspace:\/form.pdf\)\]\n\[taskId=t-1\]$/,
    );
  });

  it("is short when there is neither text nor an id", async () => {
    expect(await toolTextOf({ body: rpc({ status: { state: "working" } }) })).toBe(
      "The peer has begun the task and not finished it.",
    );
  });
});

describe("the tool text of a failure", () => {
  it("shows an invalid id", async () => {
    const error = await failureOf(testClient().sendA2AMessage("../../foo", "hi"));
    expect(toToolText(error)).toBe("[A2A_ERROR] invalid peer_id (expected UUID): '../../foo'");
  });

  it.each(["Agent error: model overloaded", "Agent error (TimeoutError) - see workspace logs"])(
    "marks %j and adds nothing to it",
    async (words) => {
      expect(await toolTextOf({ body: rpc(textMessage(words)) })).toBe(`[A2A_ERROR] ${words}`);
    },
  );

  it.each<[string, object, string]>([
    ["message and code", { code: -32603, message: "boom" }, "boom (code=-32603)"],
    ["message", { message: "boom" }, "boom"],
    ["code", { code: -32001 }, "JSON-RPC error with no message (code=-32001)"],
    ["code 0", { code: 0 }, "JSON-RPC error with no message (code=0)"],
    ["message and code 0", { code: 0, message: "boom" }, "boom (code=0)"],
    ["nothing", {}, "JSON-RPC error with no message"],
  ])("gives a JSON-RPC error with %s", async (_, error, expected) => {
    expect(await toolTextOf({ body: { jsonrpc: "2.0", id: "x", error } })).toBe(
      `[A2A_ERROR] ${expected} ${TARGET}`,
    );
  });

  it("shows the beginning of an answer that is neither result nor error", async () => {
    expect(await toolTextOf({ body: '{"jsonrpc":"2.0","id":"abc123"}' })).toBe(
      `[A2A_ERROR] unexpected response shape (no result, no error): {"jsonrpc":"2.0","id":"abc123"} ${TARGET}`,
    );
    const long = JSON.stringify({ id: "x".repeat(500) });
    expect(await toolTextOf({ body: long })).toBe(
      `[A2A_ERROR] unexpected response shape (no result, no error): ${long.slice(0, 200)} ${TARGET}`,
    );
  });

  it.each<[string, string, string]>([
    ["ECONNREFUSED", "connect ECONNREFUSED", "ConnectError: connect ECONNREFUSED"],
    ["ENOTFOUND", "getaddrinfo ENOTFOUND platform.test", "ConnectError: getaddrinfo ENOTFOUND platform.test"],
    ["UND_ERR_SOCKET", "other side closed", "RemoteProtocolError: other side closed"],
    ["ECONNREFUSED", "ConnectError: again", "ConnectError: again"],
    ["ECONNREFUSED", "ConnectError again", "ConnectError again"],
  ])("gives the exception of %s saying %j", async (error, errorText, expected) => {
    expect(await toolTextOf({ error, errorText })).toBe(`[A2A_ERROR] ${expected} ${TARGET}`);
  });

  it("names the type and the likely cause of an exception without a message", async () => {
    platform.answerMessage({ error: "", errorText: "" });
    const fetchLike = (...args: Parameters<typeof fetch>) => fetch(...args);
    const error = await failureOf(testClient({ fetch: fetchLike }).sendA2AMessage(PEER, "hi"));
    expect(toToolText(error)).toMatch(
      /^\[A2A_ERROR\] \w+ \(no message — likely connection reset or silent timeout\) \[target=/,
    );
  });

  it("is the whole message, advice included, of a refusal by the platform", async () => {
    const text = await toolTextOf({ status: 402, body: { error: "workspace budget limit exceeded" } });
    expect(text).toMatch(/^\[A2A_ERROR\] Peer .+ has reached its spending limit/);
    expect(text).toContain("ask another peer");
    expect(text.endsWith(TARGET)).toBe(true);
  });

  it("has no target when no request was made", () => {
    const error = new A2AError({ code: "closed", message: "This client is closed." });
    expect(toToolText(error)).toBe("[A2A_ERROR] This client is closed.");
  });

  it("accepts an error of another copy of this package", () => {
    const foreign = { [Symbol.for("a2a-peers.A2AError")]: true, code: "closed", message: "Closed." };
    expect(toToolText(foreign as never)).toBe("[A2A_ERROR] Closed.");
  });
});
