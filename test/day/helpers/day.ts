import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { A2AClient, A2AEvent } from "a2a-peers";
import { createHeartbeat, type Heartbeat } from "a2a-peers/heartbeat";
import {
  type PlatformOptions,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "a2a-peers/testing";
import { onTestFinished, vi } from "vitest";
import { createClientOn } from "../../../src/client/client";
import { type LoopbackAgent, startAgent } from "./agent";
import { type DayClock, dayClock, formatTime } from "./day-clock";

/** What has happened since the last period. */
export interface Period {
  /** Status of the workspace now. */
  status: string;
  /** Events of the platform about the workspace, in order, without its beats. */
  platform: [type: string, payload: Record<string, unknown>][];
  /** Events of the runtime about beats and the token, in order. */
  heartbeat: string[];
  /** Beats that reached the platform, accepted or not. */
  arrived: number;
  /** Beats that were accepted. */
  accepted: number;
}

/** A process of the workspace. */
export interface Runtime {
  client: A2AClient;
  heartbeat: Heartbeat;
  agent: LoopbackAgent;
  /** Stops the heartbeat and closes everything. */
  shutDown(): Promise<void>;
}

export interface Day {
  clock: DayClock;
  platform: TestPlatform;
  /** The workspace under test; it has no runtime at first. */
  me: TestWorkspace;
  /** The client of a peer. */
  peer: A2AClient;
  /** Starts a process for the workspace; it has sent no request yet. */
  boot(): Promise<Runtime>;
  period(): Period;
  /** Gaps of more than a minute between two accepted beats. */
  gaps(): [from: string, to: string][];
  /** A file of the workspace, or `undefined`. */
  file(name: string): Promise<string | undefined>;
  folder: string;
}

/** A random function that makes all jitter 0: the second beat comes after 16.5 s, the others every 30 s. */
const noJitter = () => 0.5;

const BEAT = "POST /registry/heartbeat";
const LONGEST_GAP_MS = 60_000;

/** Starts the day: a platform, a peer, and a new workspace, all on one clock. */
export async function startDay(version: PlatformOptions["version"]): Promise<Day> {
  const clock = dayClock();
  const platform = await startPlatform({ clock, version });
  const me = platform.addWorkspace({ name: "Clerk", status: "provisioning", token: null });
  const asking = platform.addWorkspace({ name: "Peer" });
  const folder = await mkdtemp(join(tmpdir(), "day-"));
  // Only the folder identifies the workspace, as in a container.
  for (const name of ["WORKSPACE_ID", "MOLECULE_WORKSPACES"]) vi.stubEnv(name, undefined);
  for (const name of ["MOLECULE_WORKSPACE_TOKEN", "MOLECULE_WORKSPACE_TOKEN_FILE"])
    vi.stubEnv(name, undefined);
  vi.stubEnv("CONFIGS_DIR", folder);

  const emitted: string[] = [];
  const acceptedAt: number[] = [];
  const seen = { events: 0, emitted: 0, requests: 0, accepted: 0 };
  const shared = { platformUrl: platform.url, random: noJitter };
  const peer = createClientOn(clock, { ...shared, workspaceId: asking.id, token: asking.token });
  const ends: (() => Promise<void>)[] = [() => peer.close(), () => platform.close()];

  onTestFinished(async () => {
    // In reverse order of their start.
    for (const end of ends.reverse()) await end();
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  function onEvent(event: A2AEvent): void {
    if (event.type === "heartbeat.sent") acceptedAt.push(clock.now());
    else if (/^(heartbeat|token)\./.test(event.type)) emitted.push(formatEvent(event));
  }

  return {
    clock,
    platform,
    me,
    peer,
    folder,
    async boot() {
      const agent = await startAgent();
      const client = createClientOn(clock, { ...shared, workspaceId: me.id, onEvent });
      const heartbeat = createHeartbeat(client);
      async function shutDown(): Promise<void> {
        await heartbeat.stop();
        await client.close();
        await agent.close();
      }
      ends.push(shutDown);
      return { client, heartbeat, agent, shutDown };
    },
    period() {
      const events = platform.events.slice(seen.events).filter(({ workspaceId }) => workspaceId === me.id);
      const requests = platform.requests.slice(seen.requests);
      const period: Period = {
        status: me.state.status,
        platform: events
          .filter(({ type }) => type !== "WORKSPACE_HEARTBEAT" && type !== "ACTIVITY_LOGGED")
          .map(({ type, payload }) => [type, payload]),
        heartbeat: emitted.slice(seen.emitted),
        arrived: requests.filter(({ method, path }) => `${method} ${path}` === BEAT).length,
        accepted: acceptedAt.length - seen.accepted,
      };
      seen.events = platform.events.length;
      seen.requests = platform.requests.length;
      seen.emitted = emitted.length;
      seen.accepted = acceptedAt.length;
      return period;
    },
    gaps: () =>
      acceptedAt.slice(1).flatMap((at, index): [string, string][] => {
        const before = acceptedAt[index] ?? at;
        return at - before > LONGEST_GAP_MS ? [[formatTime(before), formatTime(at)]] : [];
      }),
    file: (name) => readFile(join(folder, name), "utf8").catch(() => undefined),
  };
}

/** An event as a line: its type and its main fields. */
function formatEvent(event: A2AEvent): string {
  switch (event.type) {
    case "heartbeat.failed":
      return `${event.type} ${event.consecutive} ${event.code}`;
    case "heartbeat.unauthorized":
      return `${event.type} ${event.consecutive}`;
    case "heartbeat.registered_again":
      return `${event.type} after ${event.outageMs / 1000} s`;
    default:
      return event.type;
  }
}
