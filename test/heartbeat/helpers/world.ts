import type { A2AClient, A2AClientOptions, A2AEvent } from "a2a-peers";
import { createHeartbeat, type Heartbeat, type HeartbeatOptions } from "a2a-peers/heartbeat";
import { onTestFinished } from "vitest";
import { createClientOn } from "../../../src/client/client";
import { type HeldClock, heldClock } from "../../helpers/held-clock";
import { OWN, PLATFORM, TOKEN } from "../../helpers/ids";
import { type BeatBody, OK, type Scripted, type Sent, type Spoken, scriptedPlatform } from "./scripted";

export const BEAT = "POST /registry/heartbeat";
export const REGISTER = "POST /registry/register";
export const INFO = `GET /workspaces/${OWN}`;

export const INTERVAL = 30_000;
/** With {@link steady} jitter the second beat comes at 55 % of the interval, every later one an interval on. */
export const SECOND = 16_500;
/** What makes all jitter vanish from the interval. */
const steady = () => 0.5;

export interface Beat extends Sent {
  body: BeatBody;
}

export interface World {
  clock: HeldClock;
  client: A2AClient;
  heartbeat: Heartbeat;
  platform: Scripted;
  /** Everything the client and the heartbeat have told. */
  events: A2AEvent[];
  /** Of one type. */
  told<Type extends A2AEvent["type"]>(type: Type): Extract<A2AEvent, { type: Type }>[];
  beats(): Beat[];
  lastBody(): BeatBody;
  /** Another heartbeat of the same client. */
  another(options?: HeartbeatOptions): Heartbeat;
}

/** A heartbeat on a clock of its own, against a platform that takes every beat until a test says otherwise. */
export function world(options: HeartbeatOptions = {}, clientOptions: A2AClientOptions = {}): World {
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
    random: steady,
    fetch: platform.fetch,
    onEvent: (event) => events.push(event),
    ...clientOptions,
  });
  const another = (more: HeartbeatOptions = {}) =>
    // Looking for results makes requests of its own; their tests ask for it.
    createHeartbeat(client, { stateDir: "/dev/null", delegations: false, ...more });
  const beats = () => platform.sent.filter(({ route }) => route === BEAT) as Beat[];
  onTestFinished(() => client.close());
  return {
    clock,
    client,
    platform,
    events,
    heartbeat: another(options),
    told: (type) =>
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

/** An answer that is no success. */
export const refused = (status: number, error = "no", headers: Record<string, string> = {}): Spoken => ({
  status,
  body: { error },
  headers,
});
