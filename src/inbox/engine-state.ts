import type { ClientInternals } from "../client/internals";
import type { Subscription } from "../event-stream/workspace-events";
import type { Asks } from "./asks";
import type { Changes } from "./changes";
import type { Counters } from "./counters";
import type { FailureLog } from "./failure-log";
import type { Pace } from "./pace";
import type { Poller } from "./poller";
import type { Reader } from "./reader";
import type { ResolvedInboxOptions } from "./resolve-options";
import type { Saver } from "./saver";
import type { Session } from "./session";
import type { InboxStorage } from "./storage";

export interface EngineOptions extends ResolvedInboxOptions {
  internals: ClientInternals;
  storage: InboxStorage;
  asks: Asks;
}

/** A session, and the reader that fills its backlog. */
export interface OpenSession {
  readonly session: Session;
  readonly reader: Reader;
  /** Of the lock under which the session was opened. */
  readonly tenure: number;
}

/** What an engine works with, and what it knows. */
export interface EngineState {
  readonly options: EngineOptions;
  readonly pace: Pace;
  readonly counters: Counters;
  readonly failures: FailureLog;
  readonly changes: Changes;
  readonly poller: Poller;
  readonly saver: Saver;
  /** Set while this inbox has the lock, as far as it knows. */
  open: OpenSession | undefined;
  /** Why nothing can be read at all; reading has ended. */
  fatal: unknown;
  lastPollAt: Date | undefined;
  /** Set while it reads. */
  subscription: Subscription | undefined;
}
