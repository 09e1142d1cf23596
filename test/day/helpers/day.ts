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
import { type DayClock, dayClock, shownTime } from "./day-clock";

/** What has happened since the last turn of the story. */
export interface Turn {
  /** What the platform takes the workspace for, now. */
  status: string;
  /** What the platform told of the workspace, in order; its beats are only counted. */
  platform: [type: string, payload: Record<string, unknown>][];
  /** What the runtime told of its beats and its token, in order. */
  heartbeat: string[];
  /** Beats that reached the platform, whatever it answered. */
  arrived: number;
  /** Beats that it took. */
  accepted: number;
}

/** A process that speaks for the workspace. */
export interface Runtime {
  client: A2AClient;
  heartbeat: Heartbeat;
  agent: LoopbackAgent;
  /** Its end, in good order. */
  shutDown(): Promise<void>;
}

export interface Day {
  clock: DayClock;
  platform: TestPlatform;
  /** The workspace the story is about; nobody runs it yet. */
  me: TestWorkspace;
  /** A peer's own client. */
  peer: A2AClient;
  /** Starts a process for the workspace. It knows its id and its folder, and has said nothing yet. */
  boot(): Promise<Runtime>;
  turn(): Turn;
  /** Times between two accepted beats that were more than a minute apart, from the first beat to now. */
  silences(): [from: string, to: string][];
  /** A file of the workspace, or `undefined`. */
  file(name: string): Promise<string | undefined>;
  folder: string;
}

/** With this, all jitter is 0: beats come 16.5 s after the first and then every 30 s, whatever the hour. */
const steady = () => 0.5;

const BEAT = "POST /registry/heartbeat";
const LONGEST_GAP_MS = 60_000;

/** Midnight: a platform, a peer, and a workspace that was just created. All of them go by one clock. */
export async function midnight(version: PlatformOptions["version"]): Promise<Day> {
  const clock = dayClock();
  const platform = await startPlatform({ clock, version });
  const me = platform.addWorkspace({ name: "Clerk", status: "provisioning", token: null });
  const asking = platform.addWorkspace({ name: "Peer" });
  const folder = await mkdtemp(join(tmpdir(), "day-"));
  // Nothing but the folder tells the runtime who it is, as in a container.
  for (const name of ["WORKSPACE_ID", "MOLECULE_WORKSPACES"]) vi.stubEnv(name, undefined);
  for (const name of ["MOLECULE_WORKSPACE_TOKEN", "MOLECULE_WORKSPACE_TOKEN_FILE"])
    vi.stubEnv(name, undefined);
  vi.stubEnv("CONFIGS_DIR", folder);

  const heard: string[] = [];
  const acceptedAt: number[] = [];
  const seen = { events: 0, heard: 0, requests: 0, accepted: 0 };
  const shared = { platformUrl: platform.url, random: steady };
  const peer = createClientOn(clock, { ...shared, workspaceId: asking.id, token: asking.token });
  const ends: (() => Promise<void>)[] = [() => peer.close(), () => platform.close()];

  onTestFinished(async () => {
    // The last to come is the first to go.
    for (const end of ends.reverse()) await end();
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  function onEvent(event: A2AEvent): void {
    if (event.type === "heartbeat.sent") acceptedAt.push(clock.now());
    else if (/^(heartbeat|token)\./.test(event.type)) heard.push(lineOf(event));
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
    turn() {
      const events = platform.events.slice(seen.events).filter(({ workspaceId }) => workspaceId === me.id);
      const requests = platform.requests.slice(seen.requests);
      const turn: Turn = {
        status: me.state.status,
        platform: events
          .filter(({ type }) => type !== "WORKSPACE_HEARTBEAT")
          .map(({ type, payload }) => [type, payload]),
        heartbeat: heard.slice(seen.heard),
        arrived: requests.filter(({ method, path }) => `${method} ${path}` === BEAT).length,
        accepted: acceptedAt.length - seen.accepted,
      };
      seen.events = platform.events.length;
      seen.requests = platform.requests.length;
      seen.heard = heard.length;
      seen.accepted = acceptedAt.length;
      return turn;
    },
    silences: () =>
      acceptedAt.slice(1).flatMap((at, index): [string, string][] => {
        const before = acceptedAt[index] ?? at;
        return at - before > LONGEST_GAP_MS ? [[shownTime(before), shownTime(at)]] : [];
      }),
    file: (name) => readFile(join(folder, name), "utf8").catch(() => undefined),
  };
}

/** An event as a line: its type and what tells it from others of its type. */
function lineOf(event: A2AEvent): string {
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
