import { describe, expect, it, vi } from "vitest";
import { safeHook } from "../../src/events";

describe("an event hook", () => {
  it("receives each event unchanged", () => {
    const hook = vi.fn();
    safeHook(hook)({ type: "x", n: 1 });
    expect(hook).toHaveBeenCalledExactlyOnceWith({ type: "x", n: 1 });
  });

  it("is optional", () => {
    expect(() => safeHook(undefined)({ type: "x" })).not.toThrow();
  });

  it("may throw without an effect on the caller", () => {
    const emit = safeHook(() => {
      throw new Error("hook");
    });
    expect(() => emit({ type: "x" })).not.toThrow();
  });

  it("may return a thenable that rejects", () => {
    const then = vi.fn();
    safeHook(() => ({ then }) as never)({ type: "x" });
    expect(then.mock.calls[0]?.[1]).toBeTypeOf("function");
  });

  it("may be async and reject without an unhandled rejection", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    safeHook(() => Promise.reject(new Error("hook")) as never)({ type: "x" });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
