import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { A2AClient, A2AClientOptions, A2AEvent, PeerEnricher } from "a2a-peers";
import {
  type ManualClock,
  manualClock,
  type NewWorkspace,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "a2a-peers/testing";
import { onTestFinished } from "vitest";
import { createClientOn } from "../../../src/client/client";

export const DISCOVER = "GET /registry/discover/:id";
export const LIST = "GET /registry/:id/peers";

/** The defaults of the options. */
export const TTL_MS = 300_000;
export const FAILURE_TTL_MS = 30_000;
export const ENRICH_MS = 2000;

/** A clock that also tells how many timers are set. */
export interface CountingClock extends ManualClock {
  readonly pending: number;
}

export function countingClock(): CountingClock {
  const clock = manualClock();
  const set = new Set<object>();
  return {
    ...clock,
    setTimer(callback, delayMs, background) {
      const timer = {};
      set.add(timer);
      const ran = () => {
        set.delete(timer);
        callback();
      };
      const cancel = clock.setTimer(ran, delayMs, background);
      return () => {
        set.delete(timer);
        cancel();
      };
    },
    get pending() {
      return set.size;
    },
  };
}

/** So that a test can take apart a few peers by name. */
type Several<Count extends number> = Count extends 2
  ? [TestWorkspace, TestWorkspace]
  : Count extends 3
    ? [TestWorkspace, TestWorkspace, TestWorkspace]
    : TestWorkspace[];

/** A platform, a client of two of its workspaces (or one), and the client's clock, which stands still. */
export interface World {
  platform: TestPlatform;
  clock: CountingClock;
  client: A2AClient;
  enricher: PeerEnricher;
  /** The client's (default) workspace. */
  me: TestWorkspace;
  events: A2AEvent[];
  /** Paths of the requests that arrived. */
  asked(): string[];
  /** Adds a workspace that `me` may talk to. */
  peer(workspace?: NewWorkspace): TestWorkspace;
  peers<Count extends number>(count: Count): Several<Count>;
  /** Asks for the peers one after the other, each by itself, and waits for the answers. */
  learn(...peers: readonly { id: string }[]): Promise<void>;
}

export interface TwoWorlds extends World {
  second: TestWorkspace;
  /** Adds a workspace that only `second` may talk to. */
  peerOfSecond(workspace?: NewWorkspace): TestWorkspace;
}

export async function world(options: A2AClientOptions = {}): Promise<World> {
  const platform = await startPlatform();
  const me = platform.addWorkspace({ name: "Me" });
  return settle(platform, me, { workspaceId: me.id, token: me.token, ...options });
}

export async function worldOfTwo(options: A2AClientOptions = {}): Promise<TwoWorlds> {
  const platform = await startPlatform();
  const me = platform.addWorkspace({ name: "Me" });
  const parentId = randomUUID();
  const second = platform.addWorkspace({ name: "Second", parentId });
  const workspaces = [me, second].map(({ id, token }) => ({ id, token: token ?? "" }));
  const made = settle(platform, me, { workspaces, ...options });
  const peerOfSecond = (workspace: NewWorkspace = {}) =>
    platform.addWorkspace({ reply: () => "ok", parentId, ...workspace });
  return { ...made, second, peerOfSecond };
}

function settle(platform: TestPlatform, me: TestWorkspace, options: A2AClientOptions): World {
  const clock = countingClock();
  const events: A2AEvent[] = [];
  const onEvent = (event: A2AEvent) => events.push(event);
  const client = createClientOn(clock, { platformUrl: platform.url, onEvent, ...options });
  onTestFinished(async () => {
    await client.close();
    await platform.close();
  });
  const { enricher } = client;
  const peer = (workspace: NewWorkspace = {}) => platform.addWorkspace({ reply: () => "ok", ...workspace });
  return {
    platform,
    clock,
    client,
    enricher,
    me,
    events,
    asked: () => platform.requests.map(({ path }) => path),
    peer,
    peers: <Count extends number>(count: Count) =>
      Array.from({ length: count }, () => peer()) as Several<Count>,
    async learn(...peers) {
      for (const { id } of peers) {
        enricher.get(id);
        await enricher.settled();
      }
    },
  };
}

/** Makes the platform answer discoveries with this record. */
export function answerWith(platform: TestPlatform, record: Record<string, unknown>, times = 1): void {
  platform.fail(DISCOVER, { status: 200, body: record }, { times });
}

export const discovery = ({ id }: { id: string }): string => `/registry/discover/${id}`;
export const listOf = ({ id }: { id: string }): string => `/registry/${id}/peers`;

/** Lets what is on the sockets arrive, when a test waits for something not to happen. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
}

/** The `index`th of as many different ids as one likes. */
export const idOf = (index: number): string =>
  `${index.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
