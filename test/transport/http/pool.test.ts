import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Call } from "../../../src/transport/call";
import { createCalls } from "../../../src/transport/calls";
import { openPool, type Pool } from "../../../src/transport/http/pool";
import { rejectionOf } from "../../helpers/sockets-client";
import { virtualClock } from "../../helpers/sockets-clock";

// Sizes that no other test uses: a pool is shared by all users of the same size.
let nextSize = 1000;
const opened: Pool[] = [];

/** A pool with `slots` free slots. */
async function poolWith(slots: number): Promise<Pool> {
  const size = nextSize++;
  const pool = openPool("messages", size);
  opened.push(pool);
  const calls = createCalls(virtualClock());
  for (let taken = slots; taken < size; taken++) {
    expect(pool.acquire(calls.begin(1, undefined))).toBeUndefined();
  }
  return pool;
}

afterEach(() => {
  for (const pool of opened.splice(0)) pool.close();
});

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

const nextTurn = () => new Promise(setImmediate);

describe("a pool", () => {
  it("assigns free slots at once, then released ones first come, first served", async () => {
    const pool = await poolWith(2);
    const { begin } = caller();
    const order: number[] = [];

    expect(pool.acquire(begin().call)).toBeUndefined();
    expect(pool.acquire(begin().call)).toBeUndefined();
    for (const number of [3, 4, 5]) void pool.acquire(begin().call)?.then(() => order.push(number));

    for (const expected of [[3], [3, 4], [3, 4, 5]]) {
      pool.release();
      await nextTurn();
      expect(order).toEqual(expected);
    }
  });

  it("drops a waiter whose call was cancelled", async () => {
    const pool = await poolWith(1);
    const { begin, clock } = caller();
    pool.acquire(begin().call);
    const cancelled = begin();
    const rejection = rejectionOf(Promise.resolve(pool.acquire(cancelled.call)));
    const next = pool.acquire(begin().call);

    cancelled.cancel();
    expect(await rejection).toMatchObject({ kind: "cancelled", phase: "waiting" });
    pool.release();
    await next;

    expect(clock.pending).toBe(0);
  });

  it("lets no call wait longer than its budget", async () => {
    const pool = await poolWith(1);
    const { begin, clock } = caller();
    pool.acquire(begin().call);

    const failure = await clock.drive(rejectionOf(Promise.resolve(pool.acquire(begin(250).call))));

    expect(failure).toMatchObject({ kind: "pool_timeout", phase: "waiting" });
    expect(clock.now()).toBe(250);
  });

  it("passes on a slot that was assigned at the moment its call was cancelled", async () => {
    const pool = await poolWith(1);
    const { begin } = caller();
    pool.acquire(begin().call);
    const cancelled = begin();
    const rejection = rejectionOf(Promise.resolve(pool.acquire(cancelled.call)));
    const next = pool.acquire(begin().call);

    pool.release();
    cancelled.cancel();

    expect(await rejection).toMatchObject({ kind: "cancelled" });
    await next;
  });

  it("skips thousands of waiters that have given up", async () => {
    const pool = await poolWith(1);
    const { begin } = caller();
    pool.acquire(begin().call);
    const cancelled = Array.from({ length: 5000 }, () => begin());
    const rejections = cancelled.map(({ call }) => rejectionOf(Promise.resolve(pool.acquire(call))));
    const last = pool.acquire(begin().call);

    for (const { cancel } of cancelled) cancel();
    await Promise.all(rejections);
    pool.release();

    await last;
  });

  it("is shared by all users of the same size until the last one closes it", () => {
    const size = nextSize++;
    const first = openPool("messages", size);
    const second = openPool("messages", size);
    expect(second).toBe(first);
    expect(openPool("control", size)).not.toBe(first);
    openPool("control", size).close();

    first.close();
    expect(openPool("messages", size)).toBe(first);
    for (let users = 2; users > 0; users--) first.close();
    const fresh = openPool("messages", size);
    expect(fresh).not.toBe(first);
    fresh.close();
  });
});

it("behaves like a queue in front of a counter for any sequence of operations", async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ do: "acquire" } as const) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("release" as const), index: fc.nat(10) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), index: fc.nat(10) }) },
    // Both in the same turn of the event loop.
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("release and cancel" as const), index: fc.nat(10) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { maxLength: 40 }),
      async (slots, steps) => {
        const pool = await poolWith(slots);
        const { begin } = caller();
        const cancels = new Map<number, () => void>();
        // The calls that hold a slot, and the model they are compared with.
        const holding = new Set<number>();
        const model = { holding: new Set<number>(), waiting: [] as number[] };
        let count = 0;

        const assignNext = () => {
          const next = model.waiting.shift();
          if (next !== undefined) model.holding.add(next);
        };
        const release = (index: number) => {
          const holder = [...holding][index % holding.size];
          if (holder === undefined) return;
          holding.delete(holder);
          model.holding.delete(holder);
          assignNext();
          pool.release();
        };
        const cancelWaiting = (waiter: number | undefined) => {
          if (waiter === undefined) return;
          cancels.get(waiter)?.();
        };

        for (const next of steps) {
          if (next.do === "acquire") {
            const id = count++;
            const { call, cancel } = begin();
            cancels.set(id, cancel);
            const slot = pool.acquire(call);
            if (slot === undefined) holding.add(id);
            else slot.then(() => holding.add(id)).catch(() => undefined);
            if (model.holding.size < slots) model.holding.add(id);
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
            // A slot that was assigned to it is passed on.
            if (first !== undefined && model.holding.delete(first)) assignNext();
          }
          await nextTurn();
          expect([...holding].sort()).toEqual([...model.holding].sort());
          expect(holding.size).toBeLessThanOrEqual(slots);
        }
      },
    ),
    { numRuns: 150 },
  );
});
