import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { onAbort } from "../../src/runtime/signals";

const warnings: Error[] = [];
const note = (warning: Error) => warnings.push(warning);

beforeEach(() => {
  warnings.length = 0;
  process.on("warning", note);
});
afterEach(() => {
  process.off("warning", note);
});

it("puts one listener on a signal however many wait for it, and none once all have left", async () => {
  const { signal } = new AbortController();

  const releases = Array.from({ length: 50 }, () => onAbort(signal, () => undefined));
  expect(getEventListeners(signal, "abort")).toHaveLength(1);

  for (const release of releases) release();
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  await new Promise(setImmediate);
  expect(warnings).toEqual([]);
});

it("tells everybody the signal's own reason, once", () => {
  const controller = new AbortController();
  const heard: unknown[] = [];
  const reason = { why: "the user left" };
  onAbort(controller.signal, (each) => heard.push(each));
  onAbort(controller.signal, (each) => heard.push(each));

  controller.abort(reason);
  controller.abort("too late");

  expect(heard).toEqual([reason, reason]);
  expect(heard[0]).toBe(reason);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

it("does not tell those who have left", () => {
  const controller = new AbortController();
  const heard: string[] = [];
  const leave = onAbort(controller.signal, () => heard.push("gone"));
  onAbort(controller.signal, () => heard.push("here"));

  leave();
  leave();
  controller.abort();

  expect(heard).toEqual(["here"]);
});

it("lets one leave while the others are being told", () => {
  const controller = new AbortController();
  const heard: number[] = [];
  const leave: (() => void)[] = [];
  for (const number of [1, 2, 3]) {
    leave.push(
      onAbort(controller.signal, () => {
        heard.push(number);
        for (const each of leave) each();
      }),
    );
  }

  controller.abort();

  expect(heard).toEqual([1]);
});

it("listens again after everybody has left", () => {
  const controller = new AbortController();
  const heard: string[] = [];
  onAbort(controller.signal, () => heard.push("first"))();
  onAbort(controller.signal, () => heard.push("second"));

  controller.abort();

  expect(heard).toEqual(["second"]);
});
