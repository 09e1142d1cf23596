import { describe, expect, it, onTestFinished } from "vitest";
import { createCalls } from "../../../src/transport/calls";
import { openPool, type Pool, type PoolKind } from "../../../src/transport/http/pool";
import { rejectionOf } from "../../helpers/sockets-client";
import { virtualClock } from "../../helpers/sockets-clock";

// Origins that no client of these tests asks for: a pool is shared by all that ask for the same.
let count = 0;
const anOrigin = () => `http://pool-${count++}.test`;

function open(origin: string, size: number, kind: PoolKind = "messages"): Pool {
  const pool = openPool({ kind, origin, size, idleMs: 4000 });
  onTestFinished(() => pool.close());
  return pool;
}

const aCall = (signal?: AbortSignal) => createCalls(virtualClock()).begin(1000, signal);

describe("a pool", () => {
  it("is one for all that ask for the same, until the last has left", () => {
    const options = { kind: "messages", origin: anOrigin(), size: 3, idleMs: 4000 } as const;
    const first = openPool(options);
    expect(openPool(options)).toBe(first);
    first.close();
    expect(openPool(options)).toBe(first);
    first.close();
    first.close();
    const fresh = openPool(options);
    expect(fresh).not.toBe(first);
    fresh.close();
  });

  it("is another for each kind, origin and size", () => {
    const origin = anOrigin();
    const pools = [
      open(origin, 3),
      open(origin, 4),
      open(origin, 3, "control"),
      open(origin, 3, "beats"),
      open(anOrigin(), 3),
    ];
    expect(new Set(pools).size).toBe(pools.length);
  });

  it("lets a platform that hangs hold up no other", () => {
    const hanging = open(anOrigin(), 2);
    hanging.acquire(aCall());
    hanging.acquire(aCall());
    expect(hanging.acquire(aCall())).toBeInstanceOf(Promise);
    const healthy = open(anOrigin(), 2);
    expect(healthy.acquire(aCall())).toBeUndefined();
    healthy.release();
    // The third, which waited, has one by then.
    for (let slots = 0; slots < 3; slots += 1) hanging.release();
  });

  it("shares one limit of connections with all pools of the process", async () => {
    const large = open(anOrigin(), 2000);
    let taken = 0;
    while (large.acquire(aCall()) === undefined) taken += 1;
    expect(taken).toBe(1024);

    const other = open(anOrigin(), 2);
    const controller = new AbortController();
    const refused = rejectionOf(Promise.resolve(other.acquire(aCall(controller.signal))));
    controller.abort();
    expect(await refused).toMatchObject({ kind: "cancelled" });
    expect(other.inUse).toBe(0);

    // Beats are not held up by it.
    const beats = open(anOrigin(), 2, "beats");
    expect(beats.acquire(aCall())).toBeUndefined();
    beats.release();

    const waiting = other.acquire(aCall());
    // One goes to the caller of the large pool that found no connection, the next to the other pool.
    large.release();
    large.release();
    await waiting;
    expect(other.inUse).toBe(1);
    other.release();
    while (large.inUse > 0) large.release();
  });
});
