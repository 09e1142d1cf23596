import type { Agent } from "node:http";
import type { Call } from "../call";
import { createNodeAgent } from "./node-agent";
import { createSemaphore, type Semaphore } from "./semaphore";
import type { ClientTls } from "./tls";

/**
 * Keep-alive connections to one origin, and the right to use one. Shared by all clients of the process that ask for
 * the same: file descriptors are the process's, and a client more must not be a pool more.
 */
export interface Pool {
  /** Takes a slot, in the order of asking. `undefined` when there was one at once, else a promise to wait for. */
  acquire(call: Call): Promise<void> | undefined;
  /** Gives the slot back, once its connection is idle or closed; every `acquire` that succeeded needs one. */
  release(): void;
  /**
   * Node's connections for the protocol; `undefined` where there is no Node. `fresh` wants a new
   * connection unless one was in use a moment ago: one that the other side has just closed cannot be told from one
   * that took the request.
   */
  agent(secure: boolean, fresh: boolean): Agent | undefined;
  /** Says that one client needs the pool no more; the last one closes the idle connections. */
  close(): void;
  /** Slots that are taken now. */
  readonly inUse: number;
}

/** Messages have connections of their own, because answers take minutes; so have beats, which nothing may hold up. */
export type PoolKind = "beats" | "control" | "messages";

export interface PoolOptions {
  kind: PoolKind;
  /** Where the connections lead. */
  origin: string;
  size: number;
  /** How long a connection is kept that nobody uses, in milliseconds. */
  idleMs: number;
  /** Certificates: connections that were made with others are not shared. */
  tls?: ClientTls | undefined;
}

/** A connection that was idle for longer may be closed on the other side already, in milliseconds. */
const FRESH_MS = 50;

/** Connections of all pools of the process together, but for beats: the system has a limit for descriptors. */
const MAX_CONNECTIONS = 1024;

interface Registry {
  readonly pools: Map<string, { pool: Pool; users: number }>;
  readonly connections: Semaphore;
}

// A registered symbol: the ES module build and the CommonJS build of one process share their pools.
const REGISTRY = Symbol.for("a2a-peers.pools.1");

function registry(): Registry {
  const holder = globalThis as { [REGISTRY]?: Registry };
  holder[REGISTRY] ??= { pools: new Map(), connections: createSemaphore(MAX_CONNECTIONS) };
  return holder[REGISTRY];
}

/** The pool of these options, shared with whoever asked for the same. */
export function openPool(options: PoolOptions): Pool {
  const { kind, origin, size, idleMs, tls } = options;
  const key = `${kind} ${origin} ${size} ${idleMs} ${tls?.fingerprint ?? ""}`;
  const { pools, connections } = registry();
  let entry = pools.get(key);
  if (entry === undefined) {
    const shared = kind === "beats" ? undefined : connections;
    entry = { pool: createPool(options, shared, () => leave(key)), users: 0 };
    pools.set(key, entry);
  }
  entry.users += 1;
  return entry.pool;
}

/** True when nobody uses the pool any more. */
function leave(key: string): boolean {
  const { pools } = registry();
  const entry = pools.get(key);
  if (entry === undefined) return false;
  entry.users -= 1;
  if (entry.users === 0) pools.delete(key);
  return entry.users === 0;
}

function createPool(
  { origin, size, idleMs, tls }: PoolOptions,
  connections: Semaphore | undefined,
  isUnused: () => boolean,
): Pool {
  const slots = createSemaphore(size);
  const agents = createAgents(origin, size, idleMs, tls);

  async function takeConnection(
    shared: Semaphore,
    call: Call,
    own: Promise<void> | undefined,
  ): Promise<void> {
    await own;
    try {
      await shared.acquire(call);
    } catch (failure) {
      slots.release();
      throw failure;
    }
  }

  return {
    acquire(call) {
      const own = slots.acquire(call);
      if (connections === undefined) return own;
      if (own !== undefined || connections.inUse >= MAX_CONNECTIONS)
        return takeConnection(connections, call, own);
      return connections.acquire(call);
    },
    release() {
      connections?.release();
      slots.release();
    },
    agent: agents.get,
    close() {
      if (isUnused()) agents.destroy();
    },
    get inUse() {
      return slots.inUse;
    },
  };
}

interface IdleAwareAgent {
  readonly agent: Agent;
  /** When a connection became idle last. */
  idleSince: number;
}

function createAgents(origin: string, size: number, idleMs: number, tls: ClientTls | undefined) {
  const agents: { plain?: IdleAwareAgent | undefined; secure?: IdleAwareAgent | undefined } = {};
  // The pool counts connections; an agent that counted too would queue a request behind a socket it is done with.
  const options = { keepAlive: true, maxFreeSockets: size, timeout: idleMs };

  function create(secure: boolean) {
    const agent = createNodeAgent(secure, options, tls);
    if (agent === undefined) return undefined;
    // All its connections lead to one place, so the name that tells them apart is not made for each request.
    agent.getName = () => origin;
    const created: IdleAwareAgent = { agent, idleSince: 0 };
    created.agent.on("free", () => {
      created.idleSince = performance.now();
    });
    return created;
  }

  return {
    get(secure: boolean, fresh: boolean): Agent | undefined {
      if (secure) agents.secure ??= create(true);
      else agents.plain ??= create(false);
      const found = secure ? agents.secure : agents.plain;
      if (found !== undefined && fresh && performance.now() - found.idleSince > FRESH_MS)
        closeIdle(found.agent);
      return found?.agent;
    },
    destroy() {
      agents.plain?.agent.destroy();
      agents.secure?.agent.destroy();
    },
  };
}

function closeIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
