import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { A2AClient, A2AClientOptions, A2AEvent, PeerEnricher } from "a2a-peers";
import { type NewWorkspace, startPlatform, type TestPlatform, type TestWorkspace } from "a2a-peers/testing";
import { onTestFinished } from "vitest";
import { createClientOn } from "../../../src/client/client";
import { type CountingClock, countingClock } from "./counting-clock";

export const DISCOVER = "GET /registry/discover/:id";
export const LIST = "GET /registry/:id/peers";

const OWN_RECORD = /^\/workspaces\/[^/]+$/;

/** A tuple for the counts that tests destructure. */
type Several<Count extends number> = Count extends 2
  ? [TestWorkspace, TestWorkspace]
  : Count extends 3
    ? [TestWorkspace, TestWorkspace, TestWorkspace]
    : TestWorkspace[];

/** An embedded platform and a client of it whose clock is manual. */
export interface Setup {
  platform: TestPlatform;
  clock: CountingClock;
  client: A2AClient;
  enricher: PeerEnricher;
  /** The client's (default) workspace. */
  me: TestWorkspace;
  events: A2AEvent[];
  /** The requests for peers that the platform received: all but those that check a refusal. */
  requests(): TestPlatform["requests"];
  /** Their paths. */
  requestPaths(): string[];
  /** Adds a workspace that `me` may talk to. */
  addPeer(workspace?: NewWorkspace): TestWorkspace;
  addPeers<Count extends number>(count: Count): Several<Count>;
  /** Requests the peers one after the other, each individually, and waits for the records. */
  load(...peers: readonly { id: string }[]): Promise<void>;
}

export interface TwoWorkspacesSetup extends Setup {
  /** The client's other workspace. */
  second: TestWorkspace;
  /** Adds a workspace that only `second` may talk to. */
  addPeerOfSecond(workspace?: NewWorkspace): TestWorkspace;
}

/** Starts a platform and a client of one workspace. Both are closed at the end of the test. */
export async function setUp(options: A2AClientOptions = {}): Promise<Setup> {
  const platform = await startPlatform();
  const me = platform.addWorkspace({ name: "Me" });
  return createSetup(platform, me, { workspaceId: me.id, token: me.token, ...options });
}

/** The same with a client of two workspaces. */
export async function setUpTwoWorkspaces(options: A2AClientOptions = {}): Promise<TwoWorkspacesSetup> {
  const platform = await startPlatform();
  const me = platform.addWorkspace({ name: "Me" });
  const parentId = randomUUID();
  const second = platform.addWorkspace({ name: "Second", parentId });
  const workspaces = [me, second].map(({ id, token }) => ({ id, token: token ?? "" }));
  const setup = createSetup(platform, me, { workspaces, ...options });
  const addPeerOfSecond = (workspace: NewWorkspace = {}) =>
    platform.addWorkspace({ reply: () => "ok", parentId, ...workspace });
  return { ...setup, second, addPeerOfSecond };
}

function createSetup(platform: TestPlatform, me: TestWorkspace, options: A2AClientOptions): Setup {
  const clock = countingClock();
  const events: A2AEvent[] = [];
  const onEvent = (event: A2AEvent) => events.push(event);
  const client = createClientOn(clock, { platformUrl: platform.url, onEvent, ...options });
  onTestFinished(async () => {
    await client.close();
    await platform.close();
  });
  const { enricher } = client;
  const requests = () => platform.requests.filter(({ path }) => !OWN_RECORD.test(path));
  const addPeer = (workspace: NewWorkspace = {}) =>
    platform.addWorkspace({ reply: () => "ok", ...workspace });
  return {
    platform,
    clock,
    client,
    enricher,
    me,
    events,
    requests,
    requestPaths: () => requests().map(({ path }) => path),
    addPeer,
    addPeers: <Count extends number>(count: Count) =>
      Array.from({ length: count }, () => addPeer()) as Several<Count>,
    async load(...peers) {
      for (const { id } of peers) {
        enricher.get(id);
        await enricher.settled();
      }
    },
  };
}

/** Makes the platform answer discoveries with this record. */
export function respondWith(platform: TestPlatform, record: Record<string, unknown>, times = 1): void {
  platform.fail(DISCOVER, { status: 200, body: record }, { times });
}

export const discoveryPath = ({ id }: { id: string }): string => `/registry/discover/${id}`;
export const listPath = ({ id }: { id: string }): string => `/registry/${id}/peers`;

/** Gives requests on the sockets time to arrive, for tests that expect none. */
export async function flushSockets(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
}
