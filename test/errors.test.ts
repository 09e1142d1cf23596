import { A2AError, isA2AError, settle } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { configurationError, invalidArgument } from "../src/errors";

describe("an A2AError", () => {
  it("is an Error with a code and harmless defaults", () => {
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

  it("omits the fields without a value", () => {
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

  it("has its fields in JSON, zeros included", () => {
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

  it("has its message in JSON, and is recognised from it and from a structured clone of it", () => {
    const error = new A2AError({
      code: "timeout",
      message: "Too late.",
      messageId: "m",
      cause: new Error("x"),
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "A2AError",
      message: "Too late.",
      code: "timeout",
      retryable: false,
      delivery: "not-sent",
      attempts: 0,
      elapsedMs: 0,
      messageId: "m",
    });
    expect(isA2AError(JSON.parse(JSON.stringify(error)))).toBe(true);
    expect(isA2AError(structuredClone(error.toJSON()))).toBe(true);
  });

  it("has its cause", () => {
    const cause = new Error("below");
    expect(new A2AError({ code: "network", message: "x", cause }).cause).toBe(cause);
  });

  it("is created for arguments and for options", () => {
    expect(invalidArgument("bad", "detail")).toMatchObject({
      code: "invalid_argument",
      message: "bad",
      detail: "detail",
    });
    expect(configurationError("bad")).toMatchObject({ code: "configuration", message: "bad" });
  });
});

describe("isA2AError", () => {
  it("recognises errors of this and of any other copy of the package", () => {
    expect(isA2AError(new A2AError({ code: "closed", message: "x" }))).toBe(true);
    const foreign = Object.assign(new Error("x"), { [Symbol.for("a2a-peers.A2AError")]: true });
    expect(isA2AError(foreign)).toBe(true);
  });

  it.each([new Error("x"), { code: "closed", name: "A2AError" }, null, undefined, "A2AError", 7])(
    "is false for %s",
    (value) => {
      expect(isA2AError(value)).toBe(false);
    },
  );
});

describe("settle", () => {
  it("resolves with the value or the A2AError", async () => {
    expect(await settle(Promise.resolve(7))).toEqual({ ok: true, value: 7 });
    const error = new A2AError({ code: "closed", message: "x" });
    expect(await settle(Promise.reject(error))).toEqual({ ok: false, error });
  });

  it.each([new TypeError("bug"), "text", undefined])("rethrows %s, which is no A2AError", async (thrown) => {
    await expect(settle(Promise.reject(thrown))).rejects.toBe(thrown);
  });
});
