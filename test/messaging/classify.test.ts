import { describe, expect, it } from "vitest";
import { failureFrom, outcomeOf, rpc, textMessage, verdictOf } from "../helpers/answer";

describe("a reply", () => {
  it("is the result of the peer's JSON-RPC answer", () => {
    const body = rpc(textMessage("hi"));
    expect(outcomeOf(body)).toEqual({ kind: "reply", text: "hi", files: [], data: [], raw: body });
  });

  it("may come with any success status and with a byte order mark", () => {
    expect(outcomeOf(rpc("hi"), 201)).toMatchObject({ kind: "reply", text: "hi" });
    expect(outcomeOf(`\uFEFF${JSON.stringify(rpc("hi"))}`)).toMatchObject({ kind: "reply", text: "hi" });
  });

  it("is read despite an `error` that is null or false", () => {
    expect(outcomeOf({ result: "hi", error: null })).toMatchObject({ text: "hi" });
    expect(outcomeOf({ result: "hi", error: false })).toMatchObject({ text: "hi" });
  });
});

describe("a message that was queued", () => {
  const busy = { queued: true, queue_id: "q-1", queue_depth: 3, message: "workspace agent busy" };
  const poll = { status: "queued", delivery_mode: "poll", method: "message/send" };
  const pushAsync = { status: "queued", delivery_mode: "push-async", method: "message/send" };
  const booting = { status: "queued", queued: true, method: "message/send", queue_id: "q-2", queue_depth: 1 };

  it.each([
    ["the peer is busy", 202, busy, { queueId: "q-1", queueDepth: 3 }],
    ["the peer polls", 200, poll, { deliveryMode: "poll" }],
    ["the platform answers early", 200, pushAsync, { deliveryMode: "push-async" }],
    ["the peer is booting", 200, booting, { queueId: "q-2", queueDepth: 1 }],
    ["nothing else is said", 202, { queued: true }, {}],
  ])("is a success when %s", (_, status, body, facts) => {
    expect(outcomeOf(body, status)).toEqual({
      kind: "queued",
      text: expect.any(String),
      raw: body,
      ...facts,
    });
  });

  it.each([
    ["an error text", { ...busy, error: "workspace agent busy" }],
    ["an error object", { ...busy, error: { code: 1, message: "busy" } }],
    ["a result", { ...poll, result: textMessage("not this") }],
    ["parts", { ...poll, parts: [{ kind: "text", text: "not this" }] }],
  ])("is queued before anything else, also with %s beside it", (_, body) => {
    expect(outcomeOf(body).kind).toBe("queued");
  });

  it.each([
    ["a busy peer", busy],
    ["a peer that polls", poll],
    ["an early answer", pushAsync],
  ])("names the peer and says not to send the message again: %s", (_, body) => {
    const { text } = outcomeOf(body, 202);
    expect(text).toContain("peer P");
    expect(text).toContain("do not send it again");
  });

  it("says that a busy peer may have begun the task: an agent that resets the connection is queued too", () => {
    expect(outcomeOf(busy, 202).text).toContain("may already have begun the task");
  });

  it("says where the answer of a peer that polls comes, and how to receive it", () => {
    const { text } = outcomeOf(poll);
    expect(text).toContain("a message of its own to the inbox of this workspace");
    expect(text).toContain("/activity");
    expect(text).not.toContain("No reply");
  });

  it("ignores members of a wrong type", () => {
    const body = { queued: true, queue_id: 7, queue_depth: "3", delivery_mode: null };
    expect(outcomeOf(body)).toEqual({ kind: "queued", text: expect.any(String), raw: body });
  });

  it.each([
    ["queued is not true", { queued: "true" }],
    ["status alone says so", { status: "queued" }],
    ["the delivery mode is no text", { status: "queued", delivery_mode: 1 }],
  ])("is not assumed when %s", (_, body) => {
    expect(verdictOf(body)).not.toBe("queued");
  });
});

describe("an error in a success response", () => {
  it.each([
    ["message and code", { code: -32603, message: "boom", data: {} }, -32603, "boom (code=-32603)"],
    ["message alone", { message: "boom" }, undefined, "boom"],
    ["code alone", { code: -32001 }, -32001, "JSON-RPC error with no message (code=-32001)"],
    ["code 0", { code: 0, message: "" }, 0, "JSON-RPC error with no message (code=0)"],
    ["a code that is text", { code: "E_LIMIT", message: "no" }, undefined, "no (code=E_LIMIT)"],
    ["nothing", {}, undefined, "JSON-RPC error with no message"],
  ])("is the peer's JSON-RPC error, with %s", (_, error, rpcCode, detail) => {
    expect(failureFrom({ jsonrpc: "2.0", id: "x", error })).toMatchObject({
      code: "rpc_error",
      delivery: "confirmed",
      retryable: false,
      status: 200,
      rpcCode,
      detail,
    });
  });

  it("is an agent error when it is plain text", () => {
    const failure = failureFrom({ error: "agent returned empty response body" });
    expect(failure).toMatchObject({
      code: "agent_error",
      delivery: "confirmed",
      retryable: false,
      status: 200,
    });
    expect(failure.summary).toBe("peer P answered with an error: agent returned empty response body");
  });

  it("takes precedence over a result", () => {
    expect(verdictOf({ error: "broken", result: textMessage("fine") })).toBe("agent_error");
    expect(verdictOf({ error: { code: 1 }, result: textMessage("fine") })).toBe("rpc_error");
    expect(verdictOf({ error: "", result: textMessage("fine") })).toBe("agent_error");
  });

  it.each([7, true, ["x"], [[]]])("is a bad response when `error` is %j", (error) => {
    expect(verdictOf({ error, result: "fine" })).toBe("bad_response");
  });
});

describe("a success response of unknown shape", () => {
  it.each([
    ["an empty body", ""],
    ["white space", " \n"],
    ["broken JSON", '{"jsonrpc":"2.0","result":{"parts":[{"text":"cut'],
    ["null", "null"],
    ["a number", "42"],
    ["a bare string", '"hello"'],
    ["an array", "[]"],
    ["an array of answers", JSON.stringify([rpc("hi")])],
    ["an empty object", "{}"],
    ["an envelope without a result", '{"jsonrpc":"2.0","id":"abc123"}'],
    ["a result that is null", '{"result":null}'],
    ["a result that is a number", '{"result":1}'],
    ["a result that is true", '{"result":true}'],
    ["a result that is an array", '{"result":[]}'],
    ["a result of another shape", '{"result":{"answer":"42"}}'],
    ["a bare part", '{"result":{"kind":"text","text":"hi"}}'],
    ["a message without a message", '{"result":{"message":{"answer":"42"}}}'],
    ["a status word and nothing else", '{"result":{"status":"ok"}}'],
    ["two inner envelopes", '{"result":{"result":{"result":{"parts":[{"text":"hi"}]}}}}'],
    ["an inner result that is null", '{"result":{"jsonrpc":"2.0","result":null}}'],
    ["an inner result that is an array", '{"result":{"jsonrpc":"2.0","result":[]}}'],
    [
      "a reply that nests without end",
      `{"result":{"parts":[{"text":"hi"}],"x":${"[".repeat(300)}${"]".repeat(300)}}}`,
    ],
  ])("is bad_response for %s, and says that the peer was reached", (_, body) => {
    const failure = failureFrom(body);
    expect(failure).toMatchObject({
      code: "bad_response",
      delivery: "confirmed",
      retryable: false,
      status: 200,
    });
    expect(failure.summary).toContain("peer P was reached");
  });

  it("is quoted in the error, from its beginning", () => {
    expect(failureFrom(rpc({ answer: "42" }))).toMatchObject({
      summary: expect.stringContaining("neither a message nor a task"),
      quoted: '{"answer":"42"}',
    });
  });

  it("may have any success status", () => {
    expect(failureFrom("", 204)).toMatchObject({ code: "bad_response", status: 204 });
    expect(failureFrom({}, 202)).toMatchObject({ code: "bad_response", status: 202 });
  });
});

describe("a web page in the place of an answer", () => {
  it.each([
    ["a page", "<html>login</html>"],
    ["a document", "\n<!DOCTYPE html><title>Sign in</title>"],
    ["a page with a byte order mark", "\ufeff<html></html>"],
    ["XML", '<?xml version="1.0"?><error/>'],
  ])("is bad_response, and nothing is known of the peer: %s", (_, body) => {
    const failure = failureFrom(body);
    expect(failure).toMatchObject({ code: "bad_response", delivery: "maybe", retryable: false, status: 200 });
    expect(failure.advice).toContain("platform URL");
    expect(JSON.stringify(failure)).not.toMatch(/login|Sign in/);
  });
});

describe("an answer that the platform has cut off", () => {
  const LIMIT = 10_485_760;
  const head = '{"jsonrpc":"2.0","id":"r","result":{"parts":[{"text":"';
  const cutAt = (bytes: number, unit: string) =>
    Buffer.from(head + unit.repeat(bytes))
      .subarray(0, bytes)
      .toString();

  it.each(["x", "é", "語", "😀"])("is too_large at exactly the platform's limit, of %j", (unit) => {
    expect(failureFrom(cutAt(LIMIT, unit))).toMatchObject({
      code: "too_large",
      delivery: "confirmed",
      retryable: false,
      status: 200,
    });
  });

  it.each([LIMIT - 1, LIMIT + 1])("is a bad response at %i bytes", (bytes) => {
    expect(verdictOf(cutAt(bytes, "x"))).toBe("bad_response");
  });

  it("is a reply when it is whole", () => {
    const tail = '"}]}}';
    const text = "x".repeat(LIMIT - head.length - tail.length);
    expect(outcomeOf(head + text + tail)).toMatchObject({ kind: "reply", text });
  });
});

describe("a JSON-RPC error with which the agent refused the request", () => {
  it.each([
    [{ ran: false }, "not-sent"],
    [{ ran: true }, "confirmed"],
    ["ran: false", "confirmed"],
  ])("with the data %j is %s", (data, delivery) => {
    expect(failureFrom({ error: { code: -32004, message: "no", data } })).toMatchObject({ delivery });
  });

  it.each([-32700, -32600, -32601, -32602, -32009])("%i means that nothing ran", (code) => {
    expect(failureFrom({ jsonrpc: "2.0", id: null, error: { code, message: "no" } })).toMatchObject({
      code: "rpc_error",
      delivery: "not-sent",
      retryable: false,
      rpcCode: code,
    });
  });

  it.each([-32603, -32000, -32001, -32006, 32601, 0, "-32601"])("%j says nothing of the kind", (code) => {
    expect(failureFrom({ error: { code, message: "no" } }).delivery).toBe("confirmed");
  });

  it("has advice for an agent that speaks A2A 1.0 only", () => {
    expect(failureFrom({ error: { code: -32009, message: "version not supported" } }).advice).toContain(
      "compatibility with A2A 0.3",
    );
  });
});
