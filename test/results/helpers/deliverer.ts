import { type ChildProcess, fork } from "node:child_process";
import type { HeartbeatEvent } from "a2a-peers/heartbeat";
import type { TestPlatform } from "a2a-peers/testing";
import { onTestFinished, vi } from "vitest";
import type { DelivererOptions } from "../scripts/deliver-results";

/** A process that delivers results. */
export interface Deliverer {
  child: ChildProcess;
  /** Its events so far. */
  events: readonly HeartbeatEvent[];
  /** Its signal or exit code. */
  closed: Promise<NodeJS.Signals | number | null>;
  eventsOf<Type extends HeartbeatEvent["type"]>(type: Type): Extract<HeartbeatEvent, { type: Type }>[];
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Takes the stream of events away from a platform, beside which a poll is rare. */
export const withoutStream = (platform: TestPlatform): TestPlatform => {
  platform.fail("GET /workspaces/:id/events/stream", { status: 404 }, { times: Number.MAX_SAFE_INTEGER });
  return platform;
};

/** Starts a process; it is killed when the test ends. */
export function startDeliverer(script: string, settings: DelivererOptions): Deliverer {
  const child = fork(script, [JSON.stringify(settings)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const events: HeartbeatEvent[] = [];
  child.on("message", (event) => void events.push(event as HeartbeatEvent));
  const closed = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once("close", (code, signal) => resolve(signal ?? code)),
  );
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await closed;
  });
  return {
    child,
    events,
    closed,
    eventsOf: (type) =>
      events.filter((event): event is Extract<HeartbeatEvent, { type: typeof type }> => event.type === type),
    async stop() {
      child.send("stop");
      await closed;
    },
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

/** Waits until a check passes, for up to a minute. */
export const waitUntil = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { interval: 5, timeout: 60_000 });
