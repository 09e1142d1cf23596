import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { stat } from "node:fs/promises";
import type { ClientRequest } from "node:http";
import { setImmediate } from "node:timers/promises";
import { type Clock, manualClock } from "a2a-peers/testing";
import { onTestFinished } from "vitest";

/** A clock that starts at 00:00 and advances only while no request and no file operation is under way. */
export interface DayClock extends Clock {
  /** Advances to a time such as "14:05" or "14:05:30". */
  until(time: string): Promise<void>;
  /** Waits until no request and no file operation is under way. */
  settled(): Promise<void>;
  /** Waits `ms` milliseconds of this clock, over which `requests` HTTP requests may stay open. */
  holding(requests: number, ms: number): Promise<void>;
}

/** Turns of the event loop without a request or file operation until everything counts as settled. */
const CALM_TURNS = 3;

/**
 * A manual clock for code with real sockets and files, which take real time. It counts the open requests and file
 * operations of this process, and runs the next timer only when there are none.
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
        // Waits for a change: polling in each turn would take longer than the requests.
        await new Promise<void>((resolve) => {
          onChange = resolve;
        });
        calm = 0;
      } else if (process.getActiveResourcesInfo().some(isFileOperation)) {
        // There is no event for the end of file operations; another one takes about as long.
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
      const end = parseTime(time);
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

const isFileOperation = (resource: string) => /^(FSReq|CloseReq)/.test(resource);

/** Milliseconds from midnight to "14:05" or "14:05:30". */
export function parseTime(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** A time as hours and minutes. */
export function formatTime(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
}
