import type { Agent } from "node:http";
import { builtin } from "../../runtime/builtins";
import type { Call } from "../call";
import { TransportFailure } from "../failure";

/**
 * Keep-alive connections and the right to use one. Shared by all clients of the process that ask for the same
 * size: file descriptors are the process's, and a client more must not be a pool more.
 */
export interface Pool {
  /** Takes a place, in the order of asking. `undefined` when there was one at once, else a promise to wait for. */
  acquire(call: Call): Promise<void> | undefined;
  /** Gives the place back; every `acquire` that succeeded needs one. */
  release(): void;
  /** Node's connection pool for the protocol; `undefined` where there is no Node. */
  agent(secure: boolean): Agent | undefined;
  /** Says that one client needs the pool no more; the last one closes the idle connections. */
  close(): void;
}

// Below the idle limit of common proxies: a connection the other side has just dropped would fail the next send.
const IDLE_MS = 4000;

const shared = new Map<string, { pool: Pool; users: number }>();

/**
 * The pool `kind` with `size` places. Messages have one of their own, because answers take minutes: sharing it, a
 * discovery would wait for them.
 */
export function openPool(kind: "control" | "messages", size: number): Pool {
  const key = `${kind}:${size}`;
  let entry = shared.get(key);
  if (entry === undefined) {
    entry = { pool: createPool(size, () => leave(key)), users: 0 };
    shared.set(key, entry);
  }
  entry.users += 1;
  return entry.pool;
}

function leave(key: string): boolean {
  const entry = shared.get(key);
  if (entry === undefined) return false;
  entry.users -= 1;
  if (entry.users === 0) shared.delete(key);
  return entry.users === 0;
}

function createPool(size: number, leaveShared: () => boolean): Pool {
  let free = size;
  const line = createLine();
  const agents: { plain?: Agent | undefined; secure?: Agent | undefined } = {};

  function release(): void {
    const next = line.first();
    if (next === undefined) {
      free += 1;
    } else {
      next.given = true;
      next.go?.();
    }
  }

  async function waitForTurn(call: Call): Promise<void> {
    const turn: Turn = { given: false };
    line.add(turn);
    try {
      await call.waitFor(
        new Promise<void>((resolve) => {
          turn.go = resolve;
        }),
      );
    } catch (failure) {
      // Given in the very moment the call ended, the turn goes to the next in line.
      if (turn.given) release();
      delete turn.go;
      if (failure instanceof TransportFailure && failure.kind === "cancelled") throw failure;
      throw new TransportFailure("pool_timeout", "waiting", "no connection became free in time");
    }
  }

  return {
    acquire(call) {
      if (free === 0) return waitForTurn(call);
      free -= 1;
      return undefined;
    },
    release,
    agent(secure) {
      const options = { keepAlive: true, maxSockets: size, maxFreeSockets: size, timeout: IDLE_MS };
      if (!secure) {
        const http = builtin("node:http");
        agents.plain ??= http && new http.Agent(options);
        return agents.plain;
      }
      const https = builtin("node:https");
      agents.secure ??= https && new https.Agent(options);
      return agents.secure;
    },
    close() {
      if (!leaveShared()) return;
      agents.plain?.destroy();
      agents.secure?.destroy();
    },
  };
}

interface Turn {
  given: boolean;
  /** Absent once its call has given up. */
  go?: () => void;
}

/** First in, first out, with a moving head: shifting an array of ten thousand for each turn takes a second. */
function createLine() {
  let turns: Turn[] = [];
  let head = 0;
  return {
    add(turn: Turn): void {
      // Under constant load the line never empties; drop what is behind the head from time to time.
      if (head > 1024 && head * 2 > turns.length) {
        turns = turns.slice(head);
        head = 0;
      }
      turns.push(turn);
    },
    first(): Turn | undefined {
      while (head < turns.length) {
        const turn = turns[head];
        head += 1;
        if (turn?.go !== undefined) return turn;
      }
      turns = [];
      head = 0;
      return undefined;
    },
  };
}
