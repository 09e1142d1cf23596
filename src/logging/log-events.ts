import type { A2AEvent } from "../events";
import { describeEvent } from "./describe-event";
import { checkLevels, type LeveledLogger } from "./logger";

/**
 * Creates the `logger` of a client, or the `onEvent` of one of its parts: writes each event as its fields and one
 * sentence, at its level. Throws `configuration` for anything that is no logger with levels.
 *
 * @example
 * const client = createA2AClient({ logger: logEvents(pino()) });
 */
export function logEvents(logger: LeveledLogger): (event: A2AEvent) => void {
  checkLevels(logger);
  return (event) => {
    const { level, sentence } = describeEvent(event);
    logger[level]?.({ ...event }, sentence);
  };
}
