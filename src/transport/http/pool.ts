import type { Agent } from "node:http";
import { builtin } from "../../runtime/builtins";
import type { Call } from "../call";
import { TransportFailure } from "../failure";
import { createWaiterQueue, type Waiter } from "./waiters";

/**
 * A pool of keep-alive connections with a limit on the requests that use them at once: one slot for each. Shared by
 * all clients of the process with the same size, because file descriptors are limited by process.
 */
export interface Pool {
  /**
   * Takes a slot, first come, first served: `undefined` when one is free, else a promise that resolves with the slot.
   * It rejects with a TransportFailure (`pool_timeout`, `cancelled`) when the call ends first.
   */
  acquire(call: Call): Promise<void> | undefined;
  /** Returns a slot; required after each successful `acquire`. */
  release(): void;
  /** Node's connection pool for the protocol; `undefined` where there is no Node. */
  agent(secure: boolean): Agent | undefined;
  /** Ends the use by one client; the last one closes the idle connections. */
  close(): void;
}

// Shorter than the keep-alive timeout of common proxies: a request on a connection that the other side is closing fails.
const IDLE_TIMEOUT_MS = 4000;

const pools = new Map<string, { readonly pool: Pool; users: number }>();

/**
 * Opens the process-wide pool of this kind with `size` slots. Messages have a pool of their own, because their
 * responses take minutes and would delay all other requests.
 */
export function openPool(kind: "control" | "messages", size: number): Pool {
  const key = `${kind}:${size}`;
  let entry = pools.get(key);
  if (entry === undefined) {
    entry = { pool: createPool(size, () => removeUser(key)), users: 0 };
    pools.set(key, entry);
  }
  entry.users += 1;
  return entry.pool;
}

/** Returns true for the last user, with which the pool is removed. */
function removeUser(key: string): boolean {
  const entry = pools.get(key);
  if (entry === undefined) return false;
  entry.users -= 1;
  if (entry.users === 0) pools.delete(key);
  return entry.users === 0;
}

function createPool(size: number, isLastUser: () => boolean): Pool {
  let freeSlots = size;
  const waiters = createWaiterQueue();
  const agents = createAgents(size);

  function release(): void {
    const next = waiters.dequeue();
    if (next === undefined) {
      freeSlots += 1;
    } else {
      next.assigned = true;
      next.proceed?.();
    }
  }

  async function waitForSlot(call: Call): Promise<void> {
    const waiter: Waiter = { assigned: false };
    waiters.enqueue(waiter);
    try {
      await call.waitFor(
        new Promise<void>((resolve) => {
          waiter.proceed = resolve;
        }),
      );
    } catch (failure) {
      // A slot that was assigned at the very moment the call ended goes to the next waiter.
      if (waiter.assigned) release();
      delete waiter.proceed;
      if (failure instanceof TransportFailure && failure.kind === "cancelled") throw failure;
      throw new TransportFailure("pool_timeout", "waiting", "no connection became free in time");
    }
  }

  return {
    acquire(call) {
      if (freeSlots === 0) return waitForSlot(call);
      freeSlots -= 1;
      return undefined;
    },
    release,
    agent: agents.get,
    close() {
      if (isLastUser()) agents.destroy();
    },
  };
}

/** The agents of a pool, created with the first request of their protocol. */
function createAgents(size: number) {
  const agents: { plain?: Agent | undefined; secure?: Agent | undefined } = {};
  const options = { keepAlive: true, maxSockets: size, maxFreeSockets: size, timeout: IDLE_TIMEOUT_MS };
  return {
    get(secure: boolean): Agent | undefined {
      if (!secure) {
        const http = builtin("node:http");
        agents.plain ??= http && new http.Agent(options);
        return agents.plain;
      }
      const https = builtin("node:https");
      agents.secure ??= https && new https.Agent(options);
      return agents.secure;
    },
    destroy(): void {
      agents.plain?.destroy();
      agents.secure?.destroy();
    },
  };
}
