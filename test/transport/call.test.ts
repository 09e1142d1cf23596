import { isA2AError } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { createCalls } from "../../src/transport/calls";
import { rejectionOf } from "../helpers/sockets-client";
import { virtualClock } from "../helpers/sockets-clock";

function begin(budgetMs = 1000, signal?: AbortSignal) {
  const clock = virtualClock();
  const calls = createCalls(clock);
  return { clock, calls, call: calls.begin(budgetMs, signal) };
}

const never = () => new Promise<never>(() => undefined);

it("counts its budget from its start and never below 0", async () => {
  const { clock, call } = begin(1000);
  await clock.advance(400);
  expect([call.remainingMs(), call.elapsedMs()]).toEqual([600, 400]);
  await clock.advance(1000);
  expect([call.remainingMs(), call.elapsedMs()]).toEqual([0, 1400]);
});

describe("waitFor", () => {
  it("resolves with the value of the promise and stops its timer", async () => {
    const { clock, call } = begin();
    await expect(call.waitFor(Promise.resolve("value"))).resolves.toBe("value");
    expect(clock.pending).toBe(0);
  });

  it("rejects with the error of the promise and stops its timer", async () => {
    const { clock, call } = begin();
    const error = new Error("its own");
    expect(await rejectionOf(call.waitFor(Promise.reject(error)))).toBe(error);
    expect(clock.pending).toBe(0);
  });

  it("waits no longer than the budget of the call", async () => {
    const { clock, call } = begin(250);
    const failure = await clock.drive(rejectionOf(call.waitFor(never())));
    expect(failure).toMatchObject({ kind: "pool_timeout", phase: "waiting" });
    expect(clock.now()).toBe(250);
  });

  it("keeps the callback of the next wait when the promise settles late", async () => {
    const controller = new AbortController();
    const { clock, call } = begin(100, controller.signal);
    let late: (value: string) => void = () => undefined;
    const first = new Promise<string>((resolve) => {
      late = resolve;
    });
    await clock.drive(rejectionOf(call.waitFor(first)));

    const next = rejectionOf(call.sleep(1000));
    late("late");
    await new Promise(setImmediate);
    controller.abort();

    expect(await next).toMatchObject({ kind: "cancelled" });
  });
});

describe("sleep", () => {
  it("resolves after its delay", async () => {
    const { clock, call } = begin();
    await clock.drive(call.sleep(300));
    expect(clock.now()).toBe(300);
  });

  it("resolves before its delay when what may end it early does, without a timer left", async () => {
    const { clock, call } = begin();
    await call.sleep(300, Promise.resolve());
    expect(clock.pending).toBe(0);
  });

  it("keeps the callback of the next wait when what may have ended it early comes late", async () => {
    const { clock, calls, call } = begin();
    let resolve = () => {};
    const early = new Promise<void>((done) => {
      resolve = done;
    });
    await clock.drive(call.sleep(300, early));
    const next = rejectionOf(call.sleep(600));
    resolve();
    await early;
    void calls.close();
    expect(await next).toMatchObject({ kind: "cancelled" });
    call.end();
  });

  it("rejects when the call is cancelled, without a timer left", async () => {
    const controller = new AbortController();
    const { clock, call } = begin(1000, controller.signal);
    const slept = rejectionOf(call.sleep(300));

    controller.abort();

    expect(await slept).toMatchObject({ kind: "cancelled" });
    expect(clock.pending).toBe(0);
  });
});

describe("a cancelled call", () => {
  it("has the origin and the reason of its cancellation", () => {
    const controller = new AbortController();
    const { call } = begin(1000, controller.signal);
    const reason = { any: "thing" };
    expect(call.cancellation()).toBeUndefined();
    controller.abort(reason);
    expect(call.cancellation()).toEqual({ by: "caller", reason });
    expect(call.cancellation()?.reason).toBe(reason);
  });

  it("calls its callback once, and one that is set later at once", () => {
    const controller = new AbortController();
    const { call } = begin(1000, controller.signal);
    const called: string[] = [];
    call.onCancel(() => called.push("first"));
    controller.abort();
    call.onCancel(() => called.push("second"));
    expect(called).toEqual(["first", "second"]);
  });

  it("rejects each further wait", async () => {
    const controller = new AbortController();
    const { clock, call } = begin(1000, controller.signal);
    controller.abort();
    expect(await rejectionOf(call.sleep(10))).toMatchObject({ kind: "cancelled" });
    expect(await rejectionOf(call.waitFor(never()))).toMatchObject({ kind: "cancelled" });
    expect(clock.pending).toBe(0);
  });

  it("keeps its first cancellation", () => {
    const controller = new AbortController();
    const { call, calls } = begin(1000, controller.signal);
    controller.abort("first");
    void calls.close();
    expect(call.cancellation()).toEqual({ by: "caller", reason: "first" });
    call.end();
  });
});

it("does not begin with an aborted signal", () => {
  const reason = new Error("before");
  expect(() => begin(1000, AbortSignal.abort(reason))).toThrow(reason);
});

describe("close", () => {
  it("cancels all running calls and waits for their end", async () => {
    const { calls, call } = begin();
    const other = calls.begin(1000, undefined);
    let closed = false;
    const closing = calls.close().then(() => {
      closed = true;
    });

    expect([call.cancellation()?.by, other.cancellation()?.by]).toEqual(["close", "close"]);
    call.end();
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    other.end();
    await closing;
  });

  it("lets no further call begin", () => {
    const calls = createCalls(virtualClock());
    void calls.close();
    expect(catchSync(() => calls.begin(1000, undefined))).toSatisfy(
      (error: unknown) => isA2AError(error) && error.code === "closed",
    );
  });

  it("resolves at once without running calls, also a second time", async () => {
    const calls = createCalls(virtualClock());
    expect(calls.close()).toBe(calls.close());
    await calls.close();
  });
});

function catchSync(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
