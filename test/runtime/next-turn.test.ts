import { afterEach, expect, it, vi } from "vitest";
import { findNextTurn } from "../../src/runtime/next-turn";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("calls back in the next turn of the event loop", async () => {
  await new Promise<void>((resolve) => findNextTurn()?.(resolve));
});

it("is not there without setImmediate, as in jest with jsdom", () => {
  vi.stubGlobal("setImmediate", undefined);
  expect(findNextTurn()).toBeUndefined();
});

it("is not there while fake timers are installed, which let no turn pass by themselves", () => {
  vi.useFakeTimers({ toFake: ["setImmediate"] });
  expect(findNextTurn()).toBeUndefined();
});
