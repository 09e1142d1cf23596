/**
 * Events of the package as lines of a log: a level and a sentence each.
 *
 * @module a2a-peers/logging
 */

// Adding a line here is an API decision: what is exported has to be kept.
export type { A2AEvent } from "../events";
export { type DescribedEvent, describeEvent } from "./describe-event";
export type { Level } from "./level";
export { logEvents } from "./log-events";
export {
  type LeveledLogger,
  type Log,
  type LogMessage,
  type MessageFirstLogger,
  messageFirst,
} from "./logger";
