import type { PlatformSettings } from "../options";
import type { Activity } from "./activity";
import type { Memory } from "./memory";
import type { QueuedMessage } from "./message";
import type { Workspace } from "./workspace";

/** An event that the platform emitted. */
export interface PlatformEvent {
  /** Upper case, for example `WORKSPACE_ONLINE`. */
  type: string;
  /** In lower case when the workspace exists; else as the request spelled it. */
  workspaceId: string;
  /** The fields of the event, in the field names of the wire; empty for an event without any. */
  payload: Record<string, unknown>;
}

/** An open event stream of a workspace. */
export interface EventSubscriber {
  readonly workspaceId: string;
  send(event: PlatformEvent): void;
}

/** A request that an agent has and has not answered. */
export interface PendingDispatch {
  readonly targetId: string;
  /** Restarts the idle timeout, because an event of the target shows that it is alive. */
  resetIdleTimeout(): void;
  abort(): void;
}

/** The requests of one address within one minute. */
export interface RateWindow {
  readonly endsAt: number;
  count: number;
}

/** What a running platform has in memory, beside its database: a restart loses it. */
export interface PlatformProcess {
  /** How often the platform has been started: work of an earlier start has no effect any more. */
  starts: number;
  /** Requests per minute and address; undefined is no limit. */
  rateLimit: number | undefined;
  /** By address. */
  readonly rateWindows: Map<string, RateWindow>;
  /** Whether the database answers. */
  hasDatabase: boolean;
}

/** Everything one running platform stores. */
export interface PlatformState extends Omit<PlatformSettings, "rateLimit"> {
  readonly process: PlatformProcess;
  /** By id in lower case, in the order of creation. */
  readonly workspaces: Map<string, Workspace>;
  /** Queued messages of all workspaces, oldest first; those that have left the queue stay here. */
  readonly queue: QueuedMessage[];
  readonly events: PlatformEvent[];
  readonly subscribers: Set<EventSubscriber>;
  /** Activity of all workspaces, oldest first; also the inbox of agents in poll mode. */
  readonly activities: Activity[];
  /** Memories of all workspaces, oldest first. */
  readonly memories: Memory[];
  /** Ids of the delegations that a test has finished: what their agents answer counts no more. */
  readonly finishedDelegations: Set<string>;
  /** Closing the platform aborts them. */
  readonly dispatches: Set<PendingDispatch>;
  /** The cancel functions of all running timers; closing the platform calls them. */
  readonly timers: Set<() => void>;
  /** The current time as RFC 3339: the start of the platform plus the clock time that has passed since. */
  timestamp(): string;
  /** The same for any clock time, in milliseconds. */
  timestampAt(time: number): string;
}
