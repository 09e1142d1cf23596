import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { PEER, PLATFORM, TOKEN } from "../helpers/ids";
import { type Answer, nockPlatform } from "../helpers/nock-platform";

const platform = nockPlatform();

async function errorOf(answer: Answer) {
  platform.answerMessage(answer);
  return failureOf(testClient().sendA2AMessage(PEER, "hi"));
}

const errorWith = (data: unknown) => errorOf({ body: { error: { code: -32603, message: "boom", data } } });

describe("the data of a JSON-RPC error", () => {
  it.each([{ reason: "no memory", at: [1, null] }, "a text", 7, false, ["a"]])(
    "is on the error: %j",
    async (data) => {
      const error = await errorWith(data);
      expect(error.data).toEqual(data);
      expect(error.message).toContain(`boom (code=-32603): ${JSON.stringify(data)}.`);
    },
  );

  it.each([undefined, null])("is absent when it is %s", async (data) => {
    const error = await errorWith(data);
    expect(error).not.toHaveProperty("data");
    expect(error.message).toContain("boom (code=-32603).");
  });

  it("is shortened in the message", async () => {
    const error = await errorWith({ trace: "x".repeat(5000) });
    expect(error.data).toEqual({ trace: "x".repeat(5000) });
    expect(error.message.length).toBeLessThan(800);
  });

  it("is the beginning of its JSON when it is long", async () => {
    const { data } = await errorWith({ trace: "x".repeat(100_000) });
    expect(data).toMatch(/^\{"trace":"x+…$/);
    expect((data as string).length).toBe(16_384);
  });

  it("holds no token, in any member", async () => {
    const error = await errorWith({
      headers: { authorization: `Bearer ${TOKEN}` },
      [TOKEN]: "x".repeat(290) + TOKEN,
    });
    expect(JSON.stringify(error.data)).not.toContain(TOKEN);
    expect(JSON.stringify(error.data)).toContain("Bearer [redacted]");
    expect(error.message).not.toContain(TOKEN.slice(0, 6));
  });
});

describe("the data of a failed task", () => {
  it("is on the error and in its message", async () => {
    const status = { state: "rejected", message: { parts: [{ data: { reason: "quota" } }] } };
    const error = await errorOf({ body: { result: { kind: "task", id: "t", status } } });
    expect(error).toMatchObject({ code: "task_failed", data: [{ reason: "quota" }] });
    expect(error.message).toContain('ended as rejected: {"reason":"quota"}.');
  });
});

describe("an error of a response that was not understood", () => {
  it("begins with what was answered", async () => {
    const error = await errorOf({ body: { result: { answer: "42", more: "x".repeat(5000) } } });
    expect(error).toMatchObject({ code: "bad_response", delivery: "confirmed" });
    expect(error.message).toContain('neither a message nor a task: {"answer":"42"');
    expect(error.message.length).toBeLessThan(800);
  });

  it("names the URL that was asked when a page came", async () => {
    const error = await errorOf({ body: "<html>Sign in</html>", headers: { "content-type": "text/html" } });
    expect(error).toMatchObject({ code: "bad_response", delivery: "maybe", attempts: 1 });
    expect(error.message).toContain(`The URL that was asked is ${PLATFORM}/workspaces/${PEER}/a2a.`);
    expect(error.message).toContain("Check that the platform URL");
    expect(error.message).not.toContain("Sign in");
  });
});

describe("an error of a request that the agent refused", () => {
  it("says that nothing ran", async () => {
    const error = await errorOf({ body: { error: { code: -32009, message: "Version not supported" } } });
    expect(error).toMatchObject({ code: "rpc_error", delivery: "not-sent", rpcCode: -32009, attempts: 1 });
    expect(error.message).toContain("The peer refused the request and ran nothing.");
    expect(error.message).toContain("A2A 1.0 only");
  });
});
