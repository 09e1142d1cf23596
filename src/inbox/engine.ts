import type { ClientInternals } from "../client/internals";
import { isA2AError } from "../errors";
import { onWorkspaceEvent, type Subscription } from "../event-stream/on-workspace-event";
import type { WorkspaceEvent } from "../event-stream/parse-events";
import { MAX_TIMER_MS } from "../runtime/clock";
import { LockHeldError } from "../storage/lock";
import type { Asks } from "./asks";
import { createCounters } from "./counters";
import { createFailureLog, type FailureLog } from "./failure-log";
import { createPace } from "./pace";
import { createPoller, type Poller } from "./poller";
import { CursorGoneError, PAGE_ROWS } from "./read-rows";
import { createReader, type Reader } from "./reader";
import type { Acceptance } from "./reader-state";
import type { ResolvedInboxOptions } from "./resolve-options";
import type { InboundMessage } from "./row";
import { createSaver } from "./saver";
import { createSession, type Session } from "./session";
import { type InboxStorage, LockLostError } from "./storage";

/** Reads the inbox of one workspace into a backlog, and stores what has become of its messages. */
export interface Engine {
  readonly poller: Poller;
  readonly failures: FailureLog;
  /** What is known while this reader has the lock. */
  readonly session: Session | undefined;
  /** Why nothing can be read at all; reading has ended. */
  readonly fatal: unknown;
  /** Begins to read. */
  start(): void;
  /** Stores what has changed. Rejects when the lock was lost, after giving up the session, or with the disk's error. */
  save(): Promise<void>;
  /** Resolves at the next change of the backlog, when reading ends, or after `ms` milliseconds. */
  changed(ms: number | undefined, signal: AbortSignal | undefined): Promise<void>;
  /** Wakes those who wait for a change; reads on where more is listed than there was room for. */
  notify(): void;
  readonly lastPollAt: Date | undefined;
  /** Ends reading and gives the lock back, once everything is stored that can be. */
  stop(): Promise<void>;
}

interface State {
  session: Session | undefined;
  reader: Reader | undefined;
  /** Of the lock under which the session was opened. */
  tenure: number;
  fatal: unknown;
  lastPollAt: Date | undefined;
  /** Set while it reads. */
  subscription: Subscription | undefined;
}

export interface EngineOptions extends ResolvedInboxOptions {
  internals: ClientInternals;
  storage: InboxStorage;
  asks: Asks;
}

/** Nothing can be read any more, however often it is tried. */
const FATAL: ReadonlySet<string> = new Set(["configuration", "workspace_removed"]);

export function createEngine(options: EngineOptions): Engine {
  const { internals, storage, asks, workspace, emit, timeoutMs } = options;
  const { clock } = internals;
  const workspaceId = workspace.id;
  const pace = createPace({ ...options, random: internals.random });
  const counters = createCounters(workspaceId, emit);
  const failures = createFailureLog(workspaceId, emit);
  const listeners = new Set<() => void>();
  const state: State = {
    session: undefined,
    reader: undefined,
    tenure: 0,
    fatal: undefined,
    lastPollAt: undefined,
    subscription: undefined,
  };

  function done(reason: "answer" | "duplicate"): "done" {
    counters.skip(reason);
    return "done";
  }

  function accept(session: Session, message: InboundMessage): Acceptance {
    if (state.session !== session) return "left";
    if (asks.offer(message)) return done("answer");
    if (session.isDuplicate(message)) return done("duplicate");
    return session.accept(message) ? "taken" : "left";
  }

  const readerOf = (session: Session): Reader =>
    createReader({
      requests: internals.requests,
      workspaceId,
      lookBackMs: options.lookBackMs,
      position: session.position,
      now: clock.now,
      hasRoom: session.hasRoom,
      onMessage: (message) => accept(session, message),
      onAnswer: (message) => (asks.offer(message) ? done("answer") : "left"),
      isAwaitingAnswers: () => asks.size > 0,
      onSkipped: counters.skip,
      onMalformed: counters.malformed,
      onCursorGone: () => emit({ type: "inbox.cursor_lost", workspaceId }),
    });

  /** The session of the lock that is held: a new one where another reader may have had the lock meanwhile. */
  async function openSession(): Promise<{ session: Session; reader: Reader }> {
    const tenure = await storage.acquire();
    if (tenure !== state.tenure || state.session === undefined || state.reader === undefined) {
      giveUpSession();
      state.session = createSession(await storage.load());
      state.reader = readerOf(state.session);
      state.tenure = tenure;
    }
    failures.lockTaken();
    return { session: state.session, reader: state.reader };
  }

  /** What was handed over belongs to the other reader now: its messages come again there. */
  function giveUpSession(): void {
    state.session = undefined;
    state.reader = undefined;
  }

  const saver = createSaver(async () => {
    const { session } = state;
    if (session === undefined) return;
    try {
      session.position.advance();
      await storage.store(session.state, state.tenure);
      failures.storeSucceeded();
    } catch (error) {
      noteStoreFailure(error);
      throw error;
    }
  });

  function noteStoreFailure(error: unknown): void {
    if (error instanceof LockHeldError) failures.heldElsewhere(error.message);
    if (error instanceof LockHeldError || error instanceof LockLostError) giveUpSession();
    else failures.storeFailed(error);
  }

  function notify(): void {
    const callbacks = [...listeners];
    listeners.clear();
    for (const callback of callbacks) callback();
    const { session, reader } = state;
    if (!reader?.hasMore || !session?.hasRoom()) return;
    if (session.backlog.waiting <= PAGE_ROWS / 2) poller.wake();
  }

  async function poll(signal: AbortSignal): Promise<number> {
    try {
      const { session, reader } = await openSession();
      const before = session.position.cursor;
      const fresh = await reader.read({ timeoutMs, signal });
      failures.pollSucceeded();
      state.lastPollAt = new Date();
      session.position.advance();
      if (fresh > 0 || session.position.cursor !== before) await saver.save().catch(() => {});
      return pace.afterRead(fresh, asks.size > 0, state.subscription?.isLive === true);
    } catch (error) {
      return signal.aborted ? 0 : afterFailure(error);
    } finally {
      notify();
    }
  }

  function afterFailure(error: unknown): number {
    if (!isA2AError(error)) {
      // Pruned while it was read: it is looked for anew.
      if (!(error instanceof CursorGoneError)) noteStoreFailure(error);
      return pace.afterFailure(1, undefined);
    }
    failures.pollFailed(error);
    if (FATAL.has(error.code)) state.fatal = error;
    // A client that is closed ends reading as `stop` does.
    if (state.fatal !== undefined || error.code === "closed") void stopReading();
    return pace.afterFailure(failures.pollFailures, error.retryAfterMs);
  }

  const poller = createPoller({ clock, poll });

  function stopReading(): Promise<void> {
    state.subscription?.close();
    state.subscription = undefined;
    return poller.stop();
  }

  return {
    poller,
    failures,
    notify,
    start() {
      state.fatal = undefined;
      poller.start();
      state.subscription ??= onWorkspaceEvent(internals, workspace, {
        onEvent: (event) => isAboutMessages(event) && poller.wakeSoon(),
        // What came while no events did is read now, and from now on at the pace that fits.
        onChange: poller.wakeSoon,
      });
    },
    changed: (ms, signal) =>
      new Promise((resolve) => {
        const end = () => {
          listeners.delete(end);
          stopTimer();
          signal?.removeEventListener("abort", end);
          resolve();
        };
        // Whoever waits for a message keeps the process alive, which the timers of the poller do not.
        const stopTimer = clock.setTimer(end, ms ?? MAX_TIMER_MS);
        listeners.add(end);
        signal?.addEventListener("abort", end, { once: true });
        if (signal?.aborted) end();
      }),
    save: saver.save,
    async stop() {
      await stopReading();
      if (state.session !== undefined) await saver.save().catch(() => {});
      await saver.idle();
      giveUpSession();
      storage.release();
      notify();
    },
    get session() {
      return state.session;
    },
    get fatal() {
      return state.fatal;
    },
    get lastPollAt() {
      return state.lastPollAt;
    },
  };
}

/** True for an event that tells of a row which the inbox reads. */
const isAboutMessages = ({ type, data }: WorkspaceEvent): boolean =>
  type === "ACTIVITY_LOGGED" &&
  (data.activity_type === undefined || data.activity_type === "a2a_receive") &&
  data.method !== "notify";
