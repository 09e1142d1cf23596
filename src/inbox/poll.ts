import { isA2AError } from "../errors";
import type { EngineState } from "./engine-state";
import { openSession } from "./open-session";
import { CursorGoneError, PAGE_ROWS } from "./read-rows";
import { recordStorageFailure } from "./store-session";

/** Nothing can be read any more, however often it is tried. */
const FATAL: ReadonlySet<string> = new Set(["configuration", "workspace_removed"]);

/** Reads what is new into the backlog and stores it. Resolves to the pause before the next poll, in milliseconds. */
export async function poll(engine: EngineState, signal: AbortSignal): Promise<number> {
  const { options, failures, saver, pace } = engine;
  try {
    const { session, reader } = await openSession(engine);
    const before = session.position.cursor;
    const fresh = await reader.read({ timeoutMs: options.timeoutMs, signal });
    failures.pollSucceeded();
    engine.lastPollAt = new Date();
    session.position.advance();
    if (fresh > 0 || session.position.cursor !== before) await saver.save().catch(() => {});
    return pace.afterRead(fresh, options.asks.size > 0, engine.subscription?.isLive === true);
  } catch (error) {
    return signal.aborted ? 0 : recordFailure(engine, error);
  } finally {
    notify(engine);
  }
}

/** Resolves what waits for a change; polls again where the last poll left rows because the backlog was full. */
export function notify({ changes, open, poller }: EngineState): void {
  changes.notify();
  if (!open?.reader.hasMore || !open.session.hasCapacity()) return;
  // Half a page at least, or each message that is done would cost a poll.
  if (open.session.backlog.waiting <= PAGE_ROWS / 2) poller.wake();
}

/** Ends polling; resolves when no poll is under way. */
export function stopPolling(engine: EngineState): Promise<void> {
  engine.subscription?.close();
  engine.subscription = undefined;
  return engine.poller.stop();
}

/** Reports why a poll failed, and ends polling where no other can succeed. Returns the pause, in milliseconds. */
function recordFailure(engine: EngineState, error: unknown): number {
  const { failures, pace } = engine;
  if (!isA2AError(error)) {
    // The row after which to read was pruned during the poll: the next one looks for another.
    if (!(error instanceof CursorGoneError)) recordStorageFailure(engine, error);
    return pace.afterFailure(1, undefined);
  }
  failures.pollFailed(error);
  if (FATAL.has(error.code)) engine.fatal = error;
  // A client that is closed ends polling as `stop` does.
  if (engine.fatal !== undefined || error.code === "closed") void stopPolling(engine);
  return pace.afterFailure(failures.pollFailures, error.retryAfterMs);
}
