import type { A2AClient, A2AClientOptions, A2AEvent } from "a2a-peers";
import { createHeartbeat, type Heartbeat, type HeartbeatOptions } from "a2a-peers/heartbeat";
import { onTestFinished } from "vitest";
import { createClientOn } from "../../../src/client/client";
import { type HeldClock, heldClock } from "../../helpers/held-clock";
import { OWN, PLATFORM, TOKEN } from "../../helpers/ids";
import {
  type BeatBody,
  OK,
  type Scripted,
  type ScriptedAnswer,
  type Sent,
  scriptedPlatform,
} from "./scripted-platform";

export const BEAT = "POST /registry/heartbeat";
export const REGISTER = "POST /registry/register";
export const INFO = `GET /workspaces/${OWN}`;

export const INTERVAL = 30_000;
/** Without jitter the second beat comes at 55 % of the interval, and every later one an interval after it. */
export const SECOND = 16_500;
/** A random function that makes all jitter 0. */
const noJitter = () => 0.5;

export interface Beat extends Sent {
  body: BeatBody;
}

export interface Fixture {
  clock: HeldClock;
  client: A2AClient;
  heartbeat: Heartbeat;
  platform: Scripted;
  /** All events of the client and the heartbeat. */
  events: A2AEvent[];
  /** The events of one type. */
  eventsOf<Type extends A2AEvent["type"]>(type: Type): Extract<A2AEvent, { type: Type }>[];
  beats(): Beat[];
  lastBody(): BeatBody;
  /** Creates another heartbeat of the same client. */
  another(options?: HeartbeatOptions): Heartbeat;
}

/** A heartbeat on a held clock, and a scripted platform that accepts every beat until a test changes that. */
export function createFixture(options: HeartbeatOptions = {}, clientOptions: A2AClientOptions = {}): Fixture {
  const clock = heldClock();
  const platform = scriptedPlatform(clock);
  const events: A2AEvent[] = [];
  platform.on(BEAT, () => OK);
  platform.on(REGISTER, () => ({ status: 200, body: { status: "registered", delivery_mode: "poll" } }));
  platform.on(INFO, () => ({ status: 200, body: { id: OWN, name: "me", status: "online" } }));
  const client = createClientOn(clock, {
    platformUrl: PLATFORM,
    workspaceId: OWN,
    token: TOKEN,
    random: noJitter,
    fetch: platform.fetch,
    onEvent: (event) => events.push(event),
    ...clientOptions,
  });
  const another = (more: HeartbeatOptions = {}) =>
    // Polling for results makes further requests; the tests of results turn it on.
    createHeartbeat(client, { stateDir: "/dev/null", delegations: false, ...more });
  const beats = () => platform.sent.filter(({ route }) => route === BEAT) as Beat[];
  onTestFinished(() => client.close());
  return {
    clock,
    client,
    platform,
    events,
    heartbeat: another(options),
    eventsOf: (type) =>
      events.filter((event): event is Extract<A2AEvent, { type: typeof type }> => event.type === type),
    beats,
    lastBody() {
      const body = beats().at(-1)?.body;
      if (body === undefined) throw new Error("no beat was sent");
      return body;
    },
    another,
  };
}

/** An answer with an error status. */
export const refused = (
  status: number,
  error = "no",
  headers: Record<string, string> = {},
): ScriptedAnswer => ({
  status,
  body: { error },
  headers,
});
