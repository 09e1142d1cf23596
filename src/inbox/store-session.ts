import { LockHeldError } from "../storage/lock";
import type { EngineState } from "./engine-state";
import { discardSession } from "./open-session";
import { LockLostError } from "./storage";

/** Stores the session, if there is one. Rejects when the lock was lost, after discarding it, or with the disk's error. */
export async function storeSession(engine: EngineState): Promise<void> {
  const { open, options, failures } = engine;
  if (open === undefined) return;
  try {
    open.session.position.advance();
    await options.storage.store(open.session.state, open.tenure);
    failures.storeSucceeded();
  } catch (error) {
    recordStorageFailure(engine, error);
    throw error;
  }
}

/** Reports why the lock or the disk failed. Without the lock there is no session. */
export function recordStorageFailure(engine: EngineState, error: unknown): void {
  const { failures } = engine;
  if (error instanceof LockHeldError) failures.heldElsewhere(error.message);
  if (error instanceof LockHeldError || error instanceof LockLostError) discardSession(engine);
  else failures.storeFailed(error);
}
