import { expect, it, vi } from "vitest";
import type { Meter } from "../../src/otel/api";
import { createInstruments } from "../../src/otel/instruments";

type Observe = (result: { observe(value: number): void }) => void;

it("lets a meter that outlives the client go, once the end of its last inbox was observed", () => {
  const callbacks = new Set<Observe>();
  const meter = {
    createHistogram: () => ({ record() {} }),
    createCounter: () => ({ add() {} }),
    createObservableGauge: () => ({
      addCallback: (callback: Observe) => callbacks.add(callback),
      removeCallback: (callback: Observe) => callbacks.delete(callback),
    }),
  };
  const { watchInbox } = createInstruments(meter as unknown as Meter);
  expect(callbacks.size).toBe(0);

  const stop = watchInbox("one", () => ({ waiting: 3, inFlight: 1 }));
  const observe = vi.fn();
  const collect = () => {
    for (const callback of callbacks) callback({ observe });
  };
  collect();
  stop();
  collect();
  expect(observe.mock.calls.map(([value]) => value)).toEqual([3, 1, 0, 0]);
  expect(callbacks.size).toBe(0);
});
