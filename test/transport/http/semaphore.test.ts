import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "../../../src/transport/call";
import { createCalls } from "../../../src/transport/calls";
import { createSemaphore } from "../../../src/transport/http/semaphore";
import { rejectionOf } from "../../helpers/sockets-client";
import { virtualClock } from "../../helpers/sockets-clock";

function caller() {
  const clock = virtualClock();
  const calls = createCalls(clock);
  return {
    clock,
    begin(budgetMs = 1000) {
      const controller = new AbortController();
      const call: Call = calls.begin(budgetMs, controller.signal);
      return { call, cancel: () => controller.abort() };
    },
  };
}

const turnOfLoop = () => new Promise(setImmediate);

describe("a semaphore", () => {
  it("gives its places at once, then in the order of asking", async () => {
    const pool = createSemaphore(2);
    const { begin } = caller();
    const order: number[] = [];

    expect(pool.acquire(begin().call)).toBeUndefined();
    expect(pool.acquire(begin().call)).toBeUndefined();
    for (const number of [3, 4, 5]) void pool.acquire(begin().call)?.then(() => order.push(number));

    for (const expected of [[3], [3, 4], [3, 4, 5]]) {
      pool.release();
      await turnOfLoop();
      expect(order).toEqual(expected);
    }
  });

  it("lets those leave whose call was called off", async () => {
    const pool = createSemaphore(1);
    const { begin, clock } = caller();
    pool.acquire(begin().call);
    const leaver = begin();
    const gone = rejectionOf(Promise.resolve(pool.acquire(leaver.call)));
    const next = pool.acquire(begin().call);

    leaver.cancel();
    expect(await gone).toMatchObject({ kind: "cancelled", phase: "waiting" });
    pool.release();
    await next;

    expect(clock.pending).toBe(0);
  });

  it("lets nobody wait longer than the call has time", async () => {
    const pool = createSemaphore(1);
    const { begin, clock } = caller();
    pool.acquire(begin().call);

    const failure = await clock.drive(rejectionOf(Promise.resolve(pool.acquire(begin(250).call))));

    expect(failure).toMatchObject({ kind: "pool_timeout", phase: "waiting" });
    expect(clock.now()).toBe(250);
  });

  it("passes a turn on that was given in the very moment its call was called off", async () => {
    const pool = createSemaphore(1);
    const { begin } = caller();
    pool.acquire(begin().call);
    const unlucky = begin();
    const gone = rejectionOf(Promise.resolve(pool.acquire(unlucky.call)));
    const next = pool.acquire(begin().call);

    pool.release();
    unlucky.cancel();

    expect(await gone).toMatchObject({ kind: "cancelled" });
    await next;
  });

  it("takes the turns of thousands that gave up for those behind them", async () => {
    const pool = createSemaphore(1);
    const { begin } = caller();
    pool.acquire(begin().call);
    const leavers = Array.from({ length: 5000 }, () => begin());
    const gone = leavers.map(({ call }) => rejectionOf(Promise.resolve(pool.acquire(call))));
    const last = pool.acquire(begin().call);

    for (const { cancel } of leavers) cancel();
    await Promise.all(gone);
    pool.release();

    await last;
  });
});

it("behaves like a queue in front of a counter, whatever happens in whatever order", async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ do: "ask" } as const) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("release" as const), index: fc.nat(10) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), index: fc.nat(10) }) },
    // Both at once, without a turn of the event loop between them.
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("release and cancel" as const), index: fc.nat(10) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { maxLength: 40 }),
      async (places, steps) => {
        const pool = createSemaphore(places);
        const { begin } = caller();
        const cancels = new Map<number, () => void>();
        // What really holds a place and waits, against what should.
        const holding = new Set<number>();
        const model = { holding: new Set<number>(), waiting: [] as number[] };
        let asked = 0;

        const give = () => {
          const next = model.waiting.shift();
          if (next !== undefined) model.holding.add(next);
        };
        const release = (index: number) => {
          const holder = [...holding][index % holding.size];
          if (holder === undefined) return;
          holding.delete(holder);
          model.holding.delete(holder);
          give();
          pool.release();
        };
        const cancelWaiting = (waiter: number | undefined) => {
          if (waiter === undefined) return;
          cancels.get(waiter)?.();
        };

        for (const next of steps) {
          if (next.do === "ask") {
            const id = asked++;
            const { call, cancel } = begin();
            cancels.set(id, cancel);
            const turn = pool.acquire(call);
            if (turn === undefined) holding.add(id);
            else turn.then(() => holding.add(id)).catch(() => undefined);
            if (model.holding.size < places) model.holding.add(id);
            else model.waiting.push(id);
          } else if (next.do === "release") {
            release(next.index);
          } else if (next.do === "cancel") {
            const waiter = model.waiting[next.index % Math.max(1, model.waiting.length)];
            model.waiting = model.waiting.filter((each) => each !== waiter);
            cancelWaiting(waiter);
          } else if (holding.size > 0) {
            const [first] = model.waiting;
            release(next.index);
            cancelWaiting(first);
            // Its turn had been given; it gives it on.
            if (first !== undefined && model.holding.delete(first)) give();
          }
          await turnOfLoop();
          expect([...holding].sort()).toEqual([...model.holding].sort());
          expect(holding.size).toBeLessThanOrEqual(places);
        }
      },
    ),
    { numRuns: 150 },
  );
});
