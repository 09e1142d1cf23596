import type { HeartbeatEvent } from "a2a-peers/heartbeat";
import { BEAT, INFO, INTERVAL, REGISTER, SECOND } from "./fixture";
import type { Answer } from "./scripted-platform";

const TIMEOUT = 10_000;
const LIVENESS = 90_000;
const LONGEST_GAP = LIVENESS / 2;

/** One request or event, as a line that is easy to compare. */
export type Line = string;

export const requestLine = (at: number, route: string): Line => `${at} ${route}`;

export function eventLine(event: HeartbeatEvent): Line {
  if (event.type === "heartbeat.failed") return `${event.type} ${event.consecutive} ${event.code}`;
  if (event.type === "heartbeat.unauthorized") return `${event.type} ${event.consecutive}`;
  if (event.type === "heartbeat.register_failed") return `${event.type} ${event.consecutive}`;
  if (event.type === "heartbeat.registered_again") return `${event.type} ${event.outageMs}`;
  return event.type;
}

export interface Day {
  requests: Line[];
  events: Line[];
}

/** A second, simple implementation: the requests and events of a day with these answers. */
export function modelDay(
  durationMs: number,
  beatAnswer: (index: number) => Answer,
  registerAnswer: (index: number) => Answer,
): Day {
  const requests: Line[] = [];
  const events: Line[] = [];
  let failures = 0;
  let refusals = 0;
  let acceptedAt = 0;
  let outage: number | undefined;
  let registrations = 0;
  let lostRegistrations = 0;
  let nextTry = 0;
  let needsLookup = false;
  let due = 0;
  let isOverdue = false;

  function failed(code: string, at: number): void {
    failures += 1;
    refusals = code === "unauthorized" ? refusals + 1 : 0;
    if (failures <= 3 || failures % 10 === 0) events.push(`heartbeat.failed ${failures} ${code}`);
    if (at - acceptedAt >= 60_000 && !isOverdue) {
      isOverdue = true;
      events.push("heartbeat.overdue");
    }
    if (refusals === 3 || (refusals > 0 && refusals % 20 === 0)) {
      events.push(`heartbeat.unauthorized ${refusals}`);
      needsLookup = true;
    }
  }

  function registerAgain(at: number, count: number): void {
    requests.push(requestLine(at, REGISTER));
    const taken = registerAnswer(registrations);
    registrations += 1;
    if (typeof taken === "object" && taken.status === 200) {
      events.push(`heartbeat.registered_again ${outage}`);
      outage = undefined;
      lostRegistrations = 0;
      return;
    }
    lostRegistrations += 1;
    nextTry = count + Math.min(2 ** (lostRegistrations - 1), 10);
    if (lostRegistrations <= 3 || lostRegistrations % 10 === 0) {
      events.push(`heartbeat.register_failed ${lostRegistrations}`);
    }
  }

  for (let count = 1; due <= durationMs; count += 1) {
    const startedAt = due;
    const answer = beatAnswer(count - 1);
    let over = startedAt;
    let hint: number | undefined;
    requests.push(requestLine(startedAt, BEAT));
    if (answer === "hang") {
      over += TIMEOUT;
      failed("timeout", over);
    } else if (answer === "reset") failed("network", over);
    else {
      over += answer.afterMs ?? 0;
      if (answer.status === 200) {
        if (startedAt - acceptedAt > LIVENESS) outage = startedAt - acceptedAt;
        acceptedAt = startedAt;
        failures = 0;
        refusals = 0;
        isOverdue = false;
        events.push("heartbeat.sent");
      } else if (answer.status === 429) {
        hint = Number(answer.headers?.["retry-after"]) * 1000;
        failed("rate_limited", over);
      } else failed(answer.status === 401 ? "unauthorized" : "platform_error", over);
    }
    const mayRegister = failures === 0 && outage !== undefined && count >= nextTry;
    if (needsLookup || mayRegister || (failures === 0 && count % 2 === 0)) {
      needsLookup = false;
      requests.push(requestLine(over, INFO));
      if (mayRegister) registerAgain(over, count);
    }
    if (hint !== undefined) due = over + Math.min(hint + Math.min(hint / 2, 2000) / 2, LONGEST_GAP);
    else {
      const step = count === 1 ? SECOND : INTERVAL;
      due = startedAt + step > over ? startedAt + step : over + step;
    }
  }
  return { requests, events };
}
