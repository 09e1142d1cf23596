import type { A2AEvent } from "../events";
import type { Level } from "./level";

/** What is written about one type of event. */
export interface Line<Event> {
  /** One level, or a function of the event where its fields decide. */
  readonly level: Level | ((event: Event) => Level);
  /** One sentence in plain English. */
  readonly sentence: (event: Event) => string;
}

/** The lines of a union of events: exactly one for each type. */
export type Lines<Event extends A2AEvent> = {
  readonly [Type in Event["type"]]: Line<Extract<Event, { type: Type }>>;
};

/** The reason of an event as the end of a sentence; some reasons have a full stop and some do not. */
export const because = (reason: string): string => reason.replace(/\.$/, "");

/** `1 result`, `2 results`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** ` (3 times in a row)`; nothing for the first time. */
export function inARow(consecutive: number): string {
  return consecutive === 1 ? "" : ` (${consecutive} times in a row)`;
}
