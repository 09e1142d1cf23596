import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { abortReason, onAbort } from "../../src/runtime/signals";

const warnings: Error[] = [];
const note = (warning: Error) => warnings.push(warning);

beforeEach(() => {
  warnings.length = 0;
  process.on("warning", note);
});
afterEach(() => {
  process.off("warning", note);
});

it("adds one listener to a signal for all callbacks, and removes it with the last of them", async () => {
  const { signal } = new AbortController();

  const removals = Array.from({ length: 50 }, () => onAbort(signal, () => undefined));
  expect(getEventListeners(signal, "abort")).toHaveLength(1);

  for (const remove of removals) remove();
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  await new Promise(setImmediate);
  expect(warnings).toEqual([]);
});

it("calls each callback once with the reason of the signal", () => {
  const controller = new AbortController();
  const calls: unknown[] = [];
  const reason = { why: "the user cancelled" };
  onAbort(controller.signal, (each) => calls.push(each));
  onAbort(controller.signal, (each) => calls.push(each));

  controller.abort(reason);
  controller.abort("too late");

  expect(calls).toEqual([reason, reason]);
  expect(calls[0]).toBe(reason);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

it("does not call a removed callback", () => {
  const controller = new AbortController();
  const calls: string[] = [];
  const remove = onAbort(controller.signal, () => calls.push("removed"));
  onAbort(controller.signal, () => calls.push("kept"));

  remove();
  remove();
  controller.abort();

  expect(calls).toEqual(["kept"]);
});

it("lets a callback remove others while they are being called", () => {
  const controller = new AbortController();
  const calls: number[] = [];
  const remove: (() => void)[] = [];
  for (const number of [1, 2, 3]) {
    remove.push(
      onAbort(controller.signal, () => {
        calls.push(number);
        for (const each of remove) each();
      }),
    );
  }

  controller.abort();

  expect(calls).toEqual([1]);
});

it("adds a listener again after all callbacks were removed", () => {
  const controller = new AbortController();
  const calls: string[] = [];
  onAbort(controller.signal, () => calls.push("first"))();
  onAbort(controller.signal, () => calls.push("second"));

  controller.abort();

  expect(calls).toEqual(["second"]);
});

it("has an AbortError where the signal has no reason, as those of polyfills", () => {
  const target = new EventTarget();
  const signal = Object.assign(target, { aborted: false }) as unknown as AbortSignal;
  const calls: unknown[] = [];
  onAbort(signal, (reason) => calls.push(reason));
  target.dispatchEvent(new Event("abort"));
  expect(calls).toMatchObject([{ name: "AbortError", message: "This operation was aborted" }]);
});

it("keeps a reason that is null, and any other", () => {
  expect(abortReason(AbortSignal.abort(null))).toBe(null);
  expect(abortReason(AbortSignal.abort())).toMatchObject({ name: "AbortError" });
});
