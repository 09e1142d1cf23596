import { setImmediate } from "node:timers/promises";
import { type A2AClient, type A2AClientOptions, createA2AClient } from "a2a-peers";
import {
  type PlatformVersion,
  type RecordedRequest,
  type Reply,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "a2a-peers/testing";
import { onTestFinished } from "vitest";
import { createClientOn } from "../../../src/client/client";
import type { Clock } from "../../../src/runtime/clock";

export interface World {
  platform: TestPlatform;
  me: TestWorkspace;
  peer: TestWorkspace;
  client: A2AClient;
  /** Requests whose path ends like this, without the query. */
  requests(method: "GET" | "POST", ending: string): RecordedRequest[];
}

interface WorldOptions extends A2AClientOptions {
  /** How the peer answers. */
  reply?: Reply;
  /** The client's time. */
  clock?: Clock;
  /** The platform's version. @default the latest */
  version?: PlatformVersion;
}

/** A platform with two workspaces, and the client of one of them, which repeats without a noticeable wait. */
export async function world({ reply, clock, version, ...options }: WorldOptions = {}): Promise<World> {
  const platform = await startPlatform({ version });
  const me = platform.addWorkspace({ name: "Me" });
  const peer = platform.addWorkspace({ name: "Peer", reply: reply ?? (({ text }) => `done: ${text}`) });
  const given: A2AClientOptions = {
    platformUrl: platform.url,
    workspaceId: me.id,
    token: me.token ?? "",
    random: () => 0.5,
    ...options,
    retry: { baseDelayMs: 1, maxDelayMs: 1, ...options.retry },
  };
  const client = clock === undefined ? createA2AClient(given) : createClientOn(clock, given);
  onTestFinished(async () => {
    await client.close();
    await platform.close();
  });
  return {
    platform,
    me,
    peer,
    client,
    requests: (method, ending) =>
      platform.requests.filter(
        (request) => request.method === method && request.path.split("?")[0]?.endsWith(ending),
      ),
  };
}

/** The idempotency keys of all requests that handed work out. */
export function keysOf({ requests }: World): unknown[] {
  return requests("POST", "/delegate").map(
    ({ body }) => (body as { idempotency_key: unknown }).idempotency_key,
  );
}

/** Waits until `holds`, without a timer of its own. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

/** Lets the platform finish what needs no time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
}
