import { A2AError, isA2AError, settle } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { configurationError, invalidArgument } from "../src/errors";

describe("an A2AError", () => {
  it("is an Error with a code, and harmless where it knows nothing", () => {
    const error = new A2AError({ code: "network", message: "It broke." });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "A2AError",
      message: "It broke.",
      code: "network",
      retryable: false,
      delivery: "not-sent",
      attempts: 0,
      elapsedMs: 0,
    });
  });

  it("has no field for what it does not know", () => {
    const error = new A2AError({ code: "network", message: "x", status: undefined, cause: undefined });
    for (const field of [
      "status",
      "rpcCode",
      "retryAfterMs",
      "messageId",
      "peerId",
      "target",
      "detail",
      "cause",
    ]) {
      expect(error).not.toHaveProperty(field);
    }
  });

  it("shows its facts in JSON, zeros included", () => {
    const facts = {
      code: "rpc_error",
      retryable: true,
      delivery: "maybe",
      status: 200,
      rpcCode: 0,
      retryAfterMs: 0,
    } as const;
    expect(JSON.parse(JSON.stringify(new A2AError({ ...facts, message: "x" })))).toMatchObject(facts);
  });

  it("keeps its cause", () => {
    const cause = new Error("below");
    expect(new A2AError({ code: "network", message: "x", cause }).cause).toBe(cause);
  });

  it("is made for arguments and for options", () => {
    expect(invalidArgument("bad", "detail")).toMatchObject({
      code: "invalid_argument",
      message: "bad",
      detail: "detail",
    });
    expect(configurationError("bad")).toMatchObject({ code: "configuration", message: "bad" });
  });
});

describe("isA2AError", () => {
  it("knows errors of this and of any other copy of the package", () => {
    expect(isA2AError(new A2AError({ code: "closed", message: "x" }))).toBe(true);
    const foreign = Object.assign(new Error("x"), { [Symbol.for("a2a-peers.A2AError")]: true });
    expect(isA2AError(foreign)).toBe(true);
  });

  it.each([new Error("x"), { code: "closed", name: "A2AError" }, null, undefined, "A2AError", 7])(
    "does not take %s for one",
    (value) => {
      expect(isA2AError(value)).toBe(false);
    },
  );
});

describe("settle", () => {
  it("tells a value from an A2AError", async () => {
    expect(await settle(Promise.resolve(7))).toEqual({ ok: true, value: 7 });
    const error = new A2AError({ code: "closed", message: "x" });
    expect(await settle(Promise.reject(error))).toEqual({ ok: false, error });
  });

  it.each([new TypeError("bug"), "text", undefined])(
    "rethrows %s, which is not the package's",
    async (thrown) => {
      await expect(settle(Promise.reject(thrown))).rejects.toBe(thrown);
    },
  );
});
