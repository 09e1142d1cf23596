import type { Clock } from "../transport/clock";
import type { QueuedMessage } from "./agents/message-queue";
import type { Workspace } from "./workspace";

/** What the platform told its listeners, in order. */
export interface PlatformEvent {
  /** Upper case, for example `WORKSPACE_ONLINE`. */
  type: string;
  workspaceId: string;
  payload: Record<string, unknown>;
}

export type DeployMode = "saas" | "self-hosted";

/** Everything one running platform knows. Each rule reads or writes its own part. */
export interface PlatformState {
  readonly clock: Clock;
  readonly deployMode: DeployMode;
  /** By lower-case id, in the order of creation. */
  readonly workspaces: Map<string, Workspace>;
  readonly queue: QueuedMessage[];
  readonly events: PlatformEvent[];
  /** Dispatches that wait for an agent; closing the platform gives them up. */
  readonly dispatches: Set<AbortController>;
  /** RFC 3339 now, so many milliseconds after the start as the platform's clock says. */
  timestamp(): string;
}

export function createState(clock: Clock, deployMode: DeployMode): PlatformState {
  const startedAt = Date.now() - clock.now();
  return {
    clock,
    deployMode,
    workspaces: new Map(),
    queue: [],
    events: [],
    dispatches: new Set(),
    timestamp: () => new Date(startedAt + clock.now()).toISOString(),
  };
}

/** Ids are UUIDs, which the platform compares without regard to case. */
export function findWorkspace(state: PlatformState, id: string): Workspace | undefined {
  return state.workspaces.get(id.toLowerCase());
}
