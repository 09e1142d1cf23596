import type { A2AEvent } from "../events";
import type { Level } from "./level";
import type { Line, Lines } from "./line";
import { AGENT_LINES } from "./lines/agent";
import { CLIENT_LINES } from "./lines/client";
import { DELEGATIONS_LINES } from "./lines/delegations";
import { HEARTBEAT_LINES } from "./lines/heartbeat";
import { INBOX_LINES } from "./lines/inbox";

/** An event for a person. */
export interface DescribedEvent {
  /** The level of its line. */
  level: Level;
  /** One sentence. Holds no secret, but may hold untrusted text in its reason. */
  sentence: string;
}

const LINES: Lines<A2AEvent> = {
  ...CLIENT_LINES,
  ...HEARTBEAT_LINES,
  ...DELEGATIONS_LINES,
  ...INBOX_LINES,
  ...AGENT_LINES,
};

/** The level of an event and its sentence. */
export function describeEvent(event: A2AEvent): DescribedEvent {
  const { level, sentence } = LINES[event.type] as Line<A2AEvent>;
  return { level: typeof level === "function" ? level(event) : level, sentence: sentence(event) };
}
