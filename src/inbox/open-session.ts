import type { EngineState, OpenSession } from "./engine-state";
import { createReader, type Reader } from "./reader";
import type { Acceptance } from "./reader-state";
import type { InboundMessage } from "./row";
import { createSession, type Session } from "./session";

/**
 * Takes or renews the lock. Resolves to the session of the lock that is held: a new one where another inbox may have
 * had the lock meanwhile. Throws `LockHeldError`, or what the disk throws.
 */
export async function openSession(engine: EngineState): Promise<OpenSession> {
  const { storage } = engine.options;
  const tenure = await storage.acquire();
  if (engine.open?.tenure !== tenure) {
    discardSession(engine);
    const session = createSession(await storage.load());
    engine.open = { session, reader: createSessionReader(engine, session), tenure };
  }
  engine.failures.lockTaken();
  return engine.open;
}

/** Forgets the session. What was handed over belongs to the next holder of the lock: its messages come again there. */
export function discardSession(engine: EngineState): void {
  engine.open = undefined;
}

function createSessionReader(engine: EngineState, session: Session): Reader {
  const { options, counters } = engine;
  const { internals, asks, workspace, lookBackMs, emit } = options;
  return createReader({
    requests: internals.requests,
    workspaceId: workspace.id,
    lookBackMs,
    position: session.position,
    now: internals.clock.now,
    hasCapacity: session.hasCapacity,
    onMessage: (message) => accept(engine, session, message),
    onAnswer: (message) => (asks.offer(message) ? skip(engine, "answer") : "left"),
    isAwaitingAnswers: () => asks.size > 0,
    onSkipped: counters.skip,
    onMalformed: counters.malformed,
    onCursorGone: () => emit({ type: "inbox.cursor_lost", workspaceId: workspace.id }),
  });
}

/** Gives a message to the question it answers, else to the backlog. A session that was discarded takes nothing. */
function accept(engine: EngineState, session: Session, message: InboundMessage): Acceptance {
  if (engine.open?.session !== session) return "left";
  if (engine.options.asks.offer(message)) return skip(engine, "answer");
  if (session.isDuplicate(message)) return skip(engine, "duplicate");
  if (!session.accept(message)) return "left";
  const { emit, workspace } = engine.options;
  emit({ type: "inbox.received", workspaceId: workspace.id, id: message.id, senderId: message.senderId });
  return "taken";
}

function skip({ counters }: EngineState, reason: "answer" | "duplicate"): "done" {
  counters.skip(reason);
  return "done";
}
