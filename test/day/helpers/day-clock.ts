import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { stat } from "node:fs/promises";
import type { ClientRequest } from "node:http";
import { setImmediate } from "node:timers/promises";
import { type Clock, manualClock } from "a2a-peers/testing";
import { onTestFinished } from "vitest";

/** The clock of a whole day: it starts at midnight and moves only while nothing else does. */
export interface DayClock extends Clock {
  /** Lets the time pass until the clock shows `time`, for example "14:05" or "14:05:30". */
  until(time: string): Promise<void>;
  /** Waits for whatever is under way and does not need the time to move. */
  settled(): Promise<void>;
  /** Waits `ms` milliseconds of the day with `requests` HTTP requests left open over it, which is then no unrest. */
  holding(requests: number, ms: number): Promise<void>;
}

/** So many turns of the event loop without a request or a file under way are rest: promises need one. */
const CALM_TURNS = 3;

/**
 * A manual clock for code that talks over real sockets and reads real files, which take time of the machine and none
 * of the day. How much is nobody's guess here: every request of this process is counted until it is over, and so is
 * every operation of the file system, and the clock does not go on to the next timer before.
 */
export function dayClock(): DayClock {
  const { now, setTimer, advance } = manualClock();
  const timers = new Set<{ readonly due: number }>();
  let open = 0;
  let held = 0;
  let onChange = () => {};

  function change(requests: number, holds: number): void {
    open += requests;
    held += holds;
    onChange();
  }

  function countRequest(message: unknown): void {
    const { request } = message as { request: ClientRequest };
    change(1, 0);
    request.once("close", () => change(-1, 0));
  }
  subscribe("http.client.request.start", countRequest);
  onTestFinished(() => void unsubscribe("http.client.request.start", countRequest));

  async function settled(): Promise<void> {
    for (let calm = 0; calm < CALM_TURNS; ) {
      await setImmediate();
      if (open > held) {
        // Sleeps until there is news: turn after turn of polling would cost more than the requests do.
        await new Promise<void>((resolve) => {
          onChange = resolve;
        });
        calm = 0;
      } else if (process.getActiveResourcesInfo().some(isOfFiles)) {
        // Nobody tells when files are done, so it asks for one of its own, which takes about as long.
        await stat("/");
        calm = 0;
      } else calm += 1;
    }
  }

  return {
    now,
    setTimer(callback, delayMs, background) {
      const timer = { due: now() + Math.max(0, delayMs) };
      timers.add(timer);
      const run = () => {
        timers.delete(timer);
        callback();
      };
      const stop = setTimer(run, delayMs, background);
      return () => {
        timers.delete(timer);
        stop();
      };
    },
    async until(time) {
      const end = timeOf(time);
      await settled();
      for (;;) {
        const due = Math.min(...[...timers].map((timer) => timer.due));
        if (due > end) break;
        await advance(Math.max(0, due - now()));
        await settled();
      }
      await advance(end - now());
    },
    settled,
    async holding(requests, ms) {
      change(0, requests);
      await new Promise<void>((resolve) => this.setTimer(resolve, ms));
      change(0, -requests);
    },
  };
}

const isOfFiles = (resource: string) => /^(FSReq|CloseReq)/.test(resource);

/** Milliseconds from midnight to "14:05" or "14:05:30". */
export function timeOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** The minute of a time, as a clock on the wall shows it. */
export function shownTime(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
}
