import { describe, expect, it, vi } from "vitest";
import { safeHook } from "../../src/events";

describe("a hook for events", () => {
  it("is told every event as it is", () => {
    const hook = vi.fn();
    safeHook(hook)({ type: "x", n: 1 });
    expect(hook).toHaveBeenCalledExactlyOnceWith({ type: "x", n: 1 });
  });

  it("may be missing", () => {
    expect(() => safeHook(undefined)({ type: "x" })).not.toThrow();
  });

  it("may throw without harm", () => {
    const emit = safeHook(() => {
      throw new Error("hook");
    });
    expect(() => emit({ type: "x" })).not.toThrow();
  });

  it("may return a promise of another kind that rejects", () => {
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
