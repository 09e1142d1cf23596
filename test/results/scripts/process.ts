import { type ChildProcess, fork } from "node:child_process";
import type { HeartbeatEvent } from "a2a-peers/heartbeat";
import { onTestFinished, vi } from "vitest";
import type { BringHome } from "./bring-home";

/** A process that brings results home. */
export interface Bringer {
  child: ChildProcess;
  /** Everything it has told so far. */
  events: readonly HeartbeatEvent[];
  /** How it ended. */
  closed: Promise<NodeJS.Signals | number | null>;
  told<Type extends HeartbeatEvent["type"]>(type: Type): Extract<HeartbeatEvent, { type: Type }>[];
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts it; it does not outlive its test. */
export function startBringer(script: string, settings: BringHome): Bringer {
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
    told: (type) =>
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

/** Waits for something that surely comes; how long that takes is not what the test is about. */
export const soon = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { interval: 5, timeout: 60_000 });
