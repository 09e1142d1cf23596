import type { TenantHeaders } from "../identity/headers";
import type { Workspace } from "../identity/workspaces";
import { builtin, isNode } from "../runtime/builtins";
import type { Clock } from "../runtime/clock";
import type { BackgroundRequests } from "../transport/background-requests";
import type { ClientTls } from "../transport/http/tls";
import { openFetchStream } from "./fetch-stream";
import { openNodeStream } from "./node-stream";
import type { WorkspaceEvent } from "./parse-events";
import { createWorkspaceStream, type WorkspaceStream } from "./workspace-stream";

export interface WorkspaceEventListener {
  /** Called for each event about the workspace. Events are reasons to read: some are lost, and none is repeated. */
  onEvent(event: WorkspaceEvent): void;
  /** Called when {@link Subscription.isLive} has changed: events may have been lost. */
  onChange?(): void;
}

/** A listener's part in the stream of a workspace. */
export interface Subscription {
  /** True while events can be relied on to come; otherwise whatever waits for one has to read at its usual pace. */
  readonly isLive: boolean;
  close(): void;
}

/** The platform's events about the workspaces of one client, whose listeners share one stream for each workspace. */
export interface WorkspaceEvents {
  /**
   * Listens to the events about a workspace. The stream is opened for the first listener and closed with the last one.
   * After {@link close} nothing is opened, and no event comes.
   */
  subscribe(workspace: Workspace, listener: WorkspaceEventListener): Subscription;
  /** True when a stream of the workspace is open, or about to be: listening to it costs no connection. */
  isOpen(workspace: Workspace): boolean;
  /** True when an open stream does not keep the process alive: on Node, for a client without a `fetch` of its own. */
  readonly isBackground: boolean;
  /** Closes all streams. */
  close(): void;
}

export interface WorkspaceEventsOptions {
  readonly platformUrl: string;
  readonly tenant: TenantHeaders;
  readonly customFetch: typeof fetch | undefined;
  readonly tls: ClientTls | undefined;
  readonly clock: Clock;
  random(): number;
  readonly requests: BackgroundRequests;
}

/** A stream, and who listens to it. */
interface SharedStream {
  readonly stream: WorkspaceStream;
  readonly listeners: Set<WorkspaceEventListener>;
}

export function createWorkspaceEvents(options: WorkspaceEventsOptions): WorkspaceEvents {
  const { customFetch } = options;
  const isBackground = customFetch === undefined && isNode() && builtin("node:http") !== undefined;
  const open = isBackground ? openNodeStream(options.tls) : openFetchStream(customFetch);
  const streams = new Map<string, SharedStream>();
  let isClosed = false;

  function sharedStream(workspace: Workspace): SharedStream {
    const known = streams.get(workspace.id);
    if (known !== undefined) return known;
    const listeners = new Set<WorkspaceEventListener>();
    const stream = createWorkspaceStream({
      ...options,
      workspace,
      open,
      onEvent: (event) => {
        for (const each of listeners) each.onEvent(event);
      },
      onChange: () => {
        for (const each of listeners) each.onChange?.();
      },
    });
    const shared = { stream, listeners };
    streams.set(workspace.id, shared);
    return shared;
  }

  return {
    subscribe(workspace, listener) {
      const { stream, listeners } = sharedStream(workspace);
      listeners.add(listener);
      if (!isClosed) stream.start();
      return {
        get isLive() {
          return stream.isLive;
        },
        close() {
          listeners.delete(listener);
          if (listeners.size === 0) stream.stop();
        },
      };
    },
    isOpen: ({ id }) => !isClosed && (streams.get(id)?.listeners.size ?? 0) > 0,
    isBackground,
    close() {
      isClosed = true;
      for (const { stream } of streams.values()) stream.stop();
    },
  };
}
