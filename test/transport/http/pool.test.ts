import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type Call, createCalls } from "../../../src/transport/call";
import { openPool, type Pool } from "../../../src/transport/http/pool";
import { rejectionOf } from "../../helpers/sockets-client";
import { virtualClock } from "../../helpers/sockets-clock";

// Sizes that no client of these tests asks for: a pool is shared by all that ask for the same.
let nextSize = 1000;
const joined: Pool[] = [];

/** A pool of `places` whose other places are taken. */
async function poolOf(places: number): Promise<Pool> {
  const size = nextSize++;
  const pool = openPool("messages", size);
  joined.push(pool);
  const calls = createCalls(virtualClock());
  for (let taken = places; taken < size; taken++) {
    expect(pool.acquire(calls.begin(1, undefined))).toBeUndefined();
  }
  return pool;
}

afterEach(() => {
  for (const pool of joined.splice(0)) pool.close();
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

const turnOfLoop = () => new Promise(setImmediate);

describe("a pool", () => {
  it("gives its places at once, then in the order of asking", async () => {
    const pool = await poolOf(2);
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
    const pool = await poolOf(1);
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
    const pool = await poolOf(1);
    const { begin, clock } = caller();
    pool.acquire(begin().call);

    const failure = await clock.drive(rejectionOf(Promise.resolve(pool.acquire(begin(250).call))));

    expect(failure).toMatchObject({ kind: "pool_timeout", phase: "waiting" });
    expect(clock.now()).toBe(250);
  });

  it("passes a turn on that was given in the very moment its call was called off", async () => {
    const pool = await poolOf(1);
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
    const pool = await poolOf(1);
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

  it("is one for all that ask for the same size, until the last has left", () => {
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
        const pool = await poolOf(places);
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
