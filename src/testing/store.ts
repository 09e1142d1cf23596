import type { PlatformState } from "./model/state";
import type { Workspace } from "./model/workspace";
import type { PlatformSettings } from "./options";
import { toCanonicalId } from "./text";

/** Creates the empty state of a platform. */
export function createState(settings: PlatformSettings): PlatformState {
  const { rateLimit, ...rest } = settings;
  const { clock } = settings;
  const startedAt = Date.now() - clock.now();
  const timestampAt = (time: number): string => new Date(startedAt + time).toISOString();
  return {
    ...rest,
    process: { starts: 1, rateLimit, rateWindows: new Map(), hasDatabase: true },
    workspaces: new Map(),
    queue: [],
    events: [],
    subscribers: new Set(),
    activities: [],
    memories: [],
    finishedDelegations: new Set(),
    dispatches: new Set(),
    timers: new Set(),
    timestamp: () => timestampAt(clock.now()),
    timestampAt,
  };
}

/** The workspace with this id. Ids are UUIDs, which the database compares however they are spelled. */
export function findWorkspace(state: PlatformState, id: string): Workspace | undefined {
  return state.workspaces.get(toCanonicalId(id));
}

type WorkspaceFields = Pick<Workspace, "id" | "name" | "createdAt" | "inboundSecret"> & Partial<Workspace>;

/** Creates a workspace with these fields; the others are those of an online workspace without an agent. */
export function createWorkspace(fields: WorkspaceFields): Workspace {
  return {
    role: null,
    parentId: null,
    status: "online",
    tokens: [],
    hasUnusableToken: false,
    url: null,
    urlIsProvisioned: false,
    cachedUrl: null,
    reply: null,
    tasks: new Map(),
    agentCard: null,
    deliveryMode: "push",
    maxConcurrentTasks: 1,
    removedAt: null,
    lastOutboundAt: null,
    lastHeartbeatAt: null,
    liveness: { cancelKeyExpiry: null, cancelStaleCheck: null },
    cancelProvisioningTimeout: null,
    activeTasks: 0,
    currentTask: "",
    errorRate: 0,
    sampleError: "",
    uptimeSeconds: null,
    monthlySpend: 0,
    budgetLimit: null,
    idleTimeoutSeconds: null,
    capabilities: {},
    received: [],
    notifications: [],
    attachments: [],
    uploads: [],
    tracksDelegations: true,
    ...fields,
  };
}

/** Changes the status if it is still `from`, and says whether it was: a removal in between is never undone. */
export function changeStatus(workspace: Workspace, from: string, to: string): boolean {
  if (workspace.status !== from) return false;
  workspace.status = to;
  return true;
}

/**
 * Stores an event and sends it to the open streams of the workspace. It also shows that the workspace is alive, which
 * restarts its idle timeouts.
 */
export function emitEvent(
  state: PlatformState,
  workspaceId: string,
  type: string,
  payload: Record<string, unknown> = {},
): void {
  const id = findWorkspace(state, workspaceId)?.id ?? workspaceId;
  const event = { type, workspaceId: id, payload };
  state.events.push(event);
  for (const subscriber of state.subscribers) {
    if (subscriber.workspaceId === id) subscriber.send(event);
  }
  for (const dispatch of state.dispatches) {
    if (dispatch.targetId === id) dispatch.resetIdleTimeout();
  }
}

/** Runs `callback` once after `ms` of clock time. Returns its cancel function; closing the platform cancels it too. */
export function schedule(state: PlatformState, ms: number, callback: () => void): () => void {
  function cancel(): void {
    state.timers.delete(cancel);
    stop();
  }
  // In the background: an idle platform must not keep the process alive.
  const stop = state.clock.setTimer(
    () => {
      state.timers.delete(cancel);
      callback();
    },
    ms,
    true,
  );
  state.timers.add(cancel);
  return cancel;
}

/** The uptime in the last heartbeat; before the first, the time since the workspace was created. */
export function getUptimeSeconds(workspace: Workspace, now: number): number {
  return workspace.uptimeSeconds ?? Math.floor((now - workspace.createdAt) / 1000);
}
