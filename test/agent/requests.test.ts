import { describe, expect, it, vi } from "vitest";
import { SECRET, sendRequest, startFetchAgent } from "./helpers/fetch-agent";

const onMessage = () => "ran";
const headers = { authorization: `Bearer ${SECRET}`, "content-type": "application/json" };

describe("an HTTP request that is no JSON-RPC over POST", () => {
  it.each([
    ["GET", { method: "GET", headers }, 405, -32600],
    ["text", { method: "POST", headers: { ...headers, "content-type": "text/plain" }, body: "{}" }, 415, -32005],
    ["a form", { method: "POST", headers: { ...headers, "content-type": "multipart/form-data" }, body: "{}" }, 415, -32005],
    ["a compressed body", { method: "POST", headers: { ...headers, "content-encoding": "gzip" }, body: "{}" }, 415, -32005],
    ["a body above the limit", { method: "POST", headers, body: `"${"x".repeat(1001)}"` }, 413, -32600],
    ["a stated length above the limit", { method: "POST", headers: { ...headers, "content-length": "1001" }, body: "{}" }, 413, -32600],
    ["bytes that are no UTF-8", { method: "POST", headers, body: new Uint8Array([0x22, 0xff, 0x22]) }, 200, -32700],
  ])("is refused: %s", async (_, init, status, code) => {
    const { agent } = await startFetchAgent({ onMessage, maxRequestBytes: 1000 });
    const response = await agent.fetch(new Request("http://agent.test/", init as RequestInit));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ jsonrpc: "2.0", id: null, error: { code, data: { ran: false } } });
  }); // biome-ignore format: rows

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON",
    "application/a2a+json",
  ])("is read as %s", async (type) => {
    const { post } = await startFetchAgent({ onMessage });
    const response = await post(sendRequest("hello"), { ...headers, "content-type": type });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
  });

  it("whose body breaks off is refused", async () => {
    const { agent } = await startFetchAgent({ onMessage });
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("SENSITIVE")) });
    const init = { method: "POST", headers, body, duplex: "half" } as const;
    const response = await agent.fetch(new Request("http://agent.test/", init));
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain("SENSITIVE");
  });
});

const withParams = (params: unknown, method = "message/send") => ({ jsonrpc: "2.0", id: 7, method, params });
const withMessage = (message: unknown) => withParams({ message });
const PARTS = [{ kind: "text", text: "hello" }];

describe("a wrong JSON-RPC request", () => {
  it.each([
    ["no JSON", "{", -32700, null],
    ["nothing", "", -32700, null],
    ["too deep a nesting", `${"[".repeat(300)}${"]".repeat(300)}`, -32700, null],
    ["an array", [sendRequest("hello")], -32600, null],
    ["text", '"hello"', -32600, null],
    ["null", "null", -32600, null],
    ["an id that is an object", { ...withMessage({ parts: PARTS }), id: {} }, -32600, null],
    ["no version", { id: 7, method: "message/send", params: {} }, -32600, 7],
    ["another version", { ...withMessage({ parts: PARTS }), jsonrpc: "1.0" }, -32600, 7],
    ["no method", { jsonrpc: "2.0", id: 7 }, -32600, 7],
    ["a method that A2A does not have", withParams({}, "message/shout"), -32601, 7],
    ["a name of the prototype", withParams({}, "constructor"), -32601, 7],
    ["a stream", withParams({ message: { parts: PARTS } }, "message/stream"), -32004, 7],
    ["push notifications", withParams({}, "tasks/pushNotificationConfig/set"), -32003, 7],
    ["no params", { jsonrpc: "2.0", id: 7, method: "message/send" }, -32602, 7],
    ["params that are an array", withParams([]), -32602, 7],
    ["no message", withParams({}), -32602, 7],
    ["a message that is text", withMessage("hello"), -32602, 7],
    ["no parts", withMessage({ messageId: "m" }), -32602, 7],
    ["parts that are text", withMessage({ parts: "hello" }), -32602, 7],
    ["an empty list of parts", withMessage({ parts: [] }), -32602, 7],
    ["a part that is null", withMessage({ parts: [null] }), -32602, 7],
    ["parts of no known kind", withMessage({ parts: [{ kind: "smell", smell: "rose" }] }), -32602, 7],
    ["blank text alone", withMessage({ parts: [{ kind: "text", text: " \n" }] }), -32602, 7],
    ["a messageId that is a number", withMessage({ messageId: 1, parts: PARTS }), -32602, 7],
    ["a messageId without end", withMessage({ messageId: "m".repeat(1025), parts: PARTS }), -32602, 7],
    ["a contextId that is an object", withMessage({ contextId: {}, parts: PARTS }), -32602, 7],
    ["a taskId of no task", withMessage({ taskId: "t", parts: PARTS }), -32001, 7],
    ["a task without an id", withParams({}, "tasks/get"), -32602, 7],
    ["a task that does not exist", withParams({ id: "t" }, "tasks/get"), -32001, 7],
    ["to cancel a task that does not exist", withParams({ id: "t" }, "tasks/cancel"), -32001, 7],
  ])("gets the error of JSON-RPC or A2A, and runs nothing: %s", async (_, body, code, id) => {
    const handler = vi.fn(onMessage);
    const { call } = await startFetchAgent({ onMessage: handler });
    expect(await call(body)).toEqual({
      jsonrpc: "2.0",
      id,
      error: { code, message: expect.stringMatching(/\w.*\.$/), data: { ran: false } },
    });
    expect(handler).not.toHaveBeenCalled();
  });

  it("in the form of 1.0 gets its error in the form of 1.0", async () => {
    const { call } = await startFetchAgent({ onMessage });
    expect(await call(withParams({ id: "t" }, "GetTask"))).toEqual({
      jsonrpc: "2.0",
      id: 7,
      error: {
        code: -32001,
        message: expect.any(String),
        data: [
          {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            reason: "TASK_NOT_FOUND",
            domain: "a2a-protocol.org",
            metadata: { ran: "false" },
          },
        ],
      },
    });
  });
});
