import { configurationError } from "../errors";
import { quote } from "../text/format";
import type { Level } from "./level";

/** Writes one line: the fields of an event, then its sentence. */
export type Log = (fields: object, sentence: string) => unknown;

/** A logger with levels, called as pino is: `logger.info(fields, sentence)`. Without `debug` no routine is written. */
export interface LeveledLogger {
  /** What is routine: attempts, beats, deliveries. Left out where it is absent. */
  debug?: Log | undefined;
  /** What is worth a line and asks for nothing. */
  info: Log;
  /** What asks for an operator when it repeats. */
  warn: Log;
  /** What asks for an operator now. */
  error: Log;
}

/** Writes one line: the sentence of an event, then its fields. */
export type LogMessage = (sentence: string, fields: object) => unknown;

/** A logger with levels, called as winston is: `logger.info(sentence, fields)`. */
export interface MessageFirstLogger {
  /** What is routine: attempts, beats, deliveries. Left out where it is absent. */
  debug?: LogMessage | undefined;
  /** What is worth a line and asks for nothing. */
  info: LogMessage;
  /** What asks for an operator when it repeats. */
  warn: LogMessage;
  /** What asks for an operator now. */
  error: LogMessage;
}

/**
 * Adapts a logger that takes the sentence before the fields, as `console`, winston, consola and tslog do. Throws
 * `configuration` for anything that is no logger with levels.
 *
 * @example
 * const client = createA2AClient({ logger: logEvents(messageFirst(console)) });
 */
export function messageFirst(logger: MessageFirstLogger): LeveledLogger {
  checkLevels(logger);
  const swapped =
    (level: Level): Log =>
    (fields, sentence) =>
      logger[level]?.(sentence, fields);
  return {
    debug: logger.debug === undefined ? undefined : swapped("debug"),
    info: swapped("info"),
    warn: swapped("warn"),
    error: swapped("error"),
  };
}

/** Throws `configuration` for anything without the functions `info`, `warn` and `error`. */
export function checkLevels(logger: unknown): void {
  const levels = logger as Partial<Record<Level, unknown>> | null | undefined;
  const isLogger =
    [levels?.info, levels?.warn, levels?.error].every((log) => typeof log === "function") &&
    (levels?.debug === undefined || typeof levels.debug === "function");
  if (isLogger) return;
  throw configurationError(
    `Expected the logger to have the functions info, warn and error, and debug where it has that, got ${quote(logger)}.`,
  );
}
