import { describe, expect, it, vi } from "vitest";
import { safeHooks } from "../../src/events";

describe("an event hook", () => {
  it("receives each event unchanged", () => {
    const hook = vi.fn();
    safeHooks(hook)({ type: "x", n: 1 });
    expect(hook).toHaveBeenCalledExactlyOnceWith({ type: "x", n: 1 });
  });

  it("is optional", () => {
    expect(() => safeHooks(undefined)({ type: "x" })).not.toThrow();
  });

  it("receives what another one before it was passed and threw at", () => {
    const seen: string[] = [];
    const emit = safeHooks(
      () => {
        seen.push("first");
        throw new Error("hook");
      },
      undefined,
      () => void seen.push("second"),
    );
    emit({ type: "x" });
    expect(seen).toEqual(["first", "second"]);
  });

  it("may throw without an effect on the caller", () => {
    const emit = safeHooks(() => {
      throw new Error("hook");
    });
    expect(() => emit({ type: "x" })).not.toThrow();
  });

  it("may return a thenable that rejects", () => {
    const then = vi.fn();
    safeHooks(() => ({ then }) as never)({ type: "x" });
    expect(then.mock.calls[0]?.[1]).toBeTypeOf("function");
  });

  it("may be async and reject without an unhandled rejection", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    safeHooks(() => Promise.reject(new Error("hook")) as never)({ type: "x" });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
