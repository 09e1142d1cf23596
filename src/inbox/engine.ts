import type { WorkspaceEvent } from "../event-stream/parse-events";
import { createChanges } from "./changes";
import { createCounters } from "./counters";
import type { EngineOptions, EngineState } from "./engine-state";
import { createFailureLog, type FailureLog } from "./failure-log";
import { discardSession } from "./open-session";
import { createPace } from "./pace";
import { notify, poll, stopPolling } from "./poll";
import { createPoller, type Poller } from "./poller";
import { createSaver } from "./saver";
import type { Session } from "./session";
import { storeSession } from "./store-session";

/** Reads the inbox of one workspace into a backlog, and stores what has become of its messages. */
export interface Engine {
  readonly poller: Poller;
  readonly failures: FailureLog;
  /** What is known while this inbox has the lock. */
  readonly session: Session | undefined;
  /** Why nothing can be read at all; reading has ended. */
  readonly fatal: unknown;
  /** Begins to read. */
  start(): void;
  /** Stores what has changed. Rejects when the lock was lost, after discarding the session, or with the disk's error. */
  save(): Promise<void>;
  /** Resolves at the next change of the backlog, when reading ends, or after `ms` milliseconds. */
  changed(ms: number | undefined, signal: AbortSignal | undefined): Promise<void>;
  /** Resolves what waits for a change; polls again where the last poll left rows because the backlog was full. */
  notify(): void;
  readonly lastPollAt: Date | undefined;
  /** Ends reading and gives the lock back, once everything is stored that can be. */
  stop(): Promise<void>;
}

export function createEngine(options: EngineOptions): Engine {
  const state = createEngineState(options);
  const { poller, failures, saver, changes } = state;
  return {
    poller,
    failures,
    start: () => start(state),
    save: saver.save,
    changed: changes.wait,
    notify: () => notify(state),
    stop: () => stop(state),
    get session() {
      return state.open?.session;
    },
    get fatal() {
      return state.fatal;
    },
    get lastPollAt() {
      return state.lastPollAt;
    },
  };
}

function createEngineState(options: EngineOptions): EngineState {
  const { internals, workspace, emit } = options;
  const { clock, random } = internals;
  const state: EngineState = {
    options,
    pace: createPace({ ...options, random }),
    counters: createCounters(workspace.id, emit),
    failures: createFailureLog(workspace.id, emit),
    changes: createChanges(clock),
    poller: createPoller({
      clock,
      poll: (signal) => poll(state, signal),
      // The next read reports what fails.
      renew: () => void options.storage.acquire().catch(() => {}),
    }),
    saver: createSaver(() => storeSession(state)),
    open: undefined,
    fatal: undefined,
    lastPollAt: undefined,
    subscription: undefined,
  };
  return state;
}

function start(state: EngineState): void {
  const { options, poller } = state;
  state.fatal = undefined;
  poller.start();
  state.subscription ??= options.internals.workspaceEvents.subscribe(options.workspace, {
    onEvent: (event) => isAboutMessages(event) && poller.wakeSoon(),
    // What came while no events did is read now, and from now on at the pace that fits.
    onChange: poller.wakeSoon,
  });
}

async function stop(state: EngineState): Promise<void> {
  const { options, saver } = state;
  await stopPolling(state);
  if (state.open !== undefined) await saver.save().catch(() => {});
  await saver.idle();
  discardSession(state);
  options.storage.release();
  notify(state);
}

/** True for an event about a row that the inbox reads. */
const isAboutMessages = ({ type, data }: WorkspaceEvent): boolean =>
  type === "ACTIVITY_LOGGED" &&
  (data.activity_type === undefined || data.activity_type === "a2a_receive") &&
  data.method !== "notify";
