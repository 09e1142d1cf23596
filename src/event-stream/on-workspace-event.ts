import type { ClientInternals } from "../client/internals";
import type { Workspace } from "../identity/workspaces";
import { builtin, isNode } from "../runtime/builtins";
import { openFetchStream } from "./fetch-stream";
import { openNodeStream } from "./node-stream";
import type { WorkspaceEvent } from "./parse-events";
import { createWorkspaceStream, type WorkspaceStream } from "./workspace-stream";

export interface WorkspaceEventListener {
  /** Called for each event about the workspace. Events are reasons to read: some are lost, and none is repeated. */
  onEvent(event: WorkspaceEvent): void;
  /** Called when {@link Subscription.isLive} has changed: events may have been lost. */
  onChange(): void;
}

/** A listener's part in the stream of a workspace. */
export interface Subscription {
  /** True while events can be relied on to come; otherwise whatever waits for one has to read at its usual pace. */
  readonly isLive: boolean;
  close(): void;
}

/** A stream that all listeners of one client share. */
interface SharedStream {
  readonly stream: WorkspaceStream;
  readonly listeners: Set<WorkspaceEventListener>;
}

const streams = new WeakMap<ClientInternals, Map<string, SharedStream>>();

/**
 * Listens to the platform's events about a workspace. The stream is opened for the first listener and closed with the
 * last one, or with the client; it does not keep a Node process alive, unless the client has a `fetch` of its own.
 */
export function onWorkspaceEvent(
  internals: ClientInternals,
  workspace: Workspace,
  listener: WorkspaceEventListener,
): Subscription {
  const shared = sharedStream(internals, workspace);
  const { stream, listeners } = shared;
  function close(): void {
    internals.onClose.delete(close);
    listeners.delete(listener);
    if (listeners.size === 0) stream.stop();
  }
  listeners.add(listener);
  internals.onClose.add(close);
  stream.start();
  return {
    get isLive() {
      return stream.isLive;
    },
    close,
  };
}

function sharedStream(internals: ClientInternals, workspace: Workspace): SharedStream {
  const byWorkspace = streams.get(internals) ?? new Map<string, SharedStream>();
  streams.set(internals, byWorkspace);
  const known = byWorkspace.get(workspace.id);
  if (known !== undefined) return known;
  const { clock, random, streaming } = internals;
  const { customFetch } = streaming;
  const usesNode = customFetch === undefined && isNode() && builtin("node:http") !== undefined;
  const listeners = new Set<WorkspaceEventListener>();
  const stream = createWorkspaceStream({
    ...streaming,
    workspace,
    clock,
    random,
    open: usesNode ? openNodeStream : openFetchStream(customFetch),
    onEvent: (event) => {
      for (const each of listeners) each.onEvent(event);
    },
    onChange: () => {
      for (const each of listeners) each.onChange();
    },
  });
  const shared = { stream, listeners };
  byWorkspace.set(workspace.id, shared);
  return shared;
}
