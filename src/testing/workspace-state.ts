import type { DeliveryMode, Workspace } from "./model/workspace";
import { getUrl } from "./rules/agent";
import { getUptimeSeconds } from "./store";

/** What the platform stores about a workspace. */
export interface WorkspaceState {
  /** As of `NewWorkspace.status`. */
  readonly status: string;
  /** As of the last heartbeat; 0 before the first. */
  readonly activeTasks: number;
  /** Empty when there is none. */
  readonly currentTask: string;
  /** From 0 to 1, as the last heartbeat stated it; 0 before the first. */
  readonly errorRate: number;
  /** Empty when there is none. */
  readonly sampleError: string;
  /** As of the last heartbeat; before the first, the time since the workspace was created. */
  readonly uptimeSeconds: number;
  /** US cents. */
  readonly monthlySpend: number;
  /** How long a message may be without response or event of the agent; null for the platform's default of 300. */
  readonly idleTimeoutSeconds: number | null;
  /** As of the last heartbeat; empty when it declared none. */
  readonly capabilities: Readonly<Record<string, boolean>>;
  /** Time of the platform's clock at the last heartbeat or registration, in milliseconds; null before the first. */
  readonly lastHeartbeatAt: number | null;
  /** As of the last registration or update; null before. */
  readonly agentCard: unknown;
  /** As of the last registration. */
  readonly deliveryMode: DeliveryMode;
  /** Empty when there is none. */
  readonly url: string;
}

/** Copies what a test may read of a workspace. `now` is the clock time in milliseconds. */
export function snapshot(workspace: Workspace, now: number): WorkspaceState {
  return {
    status: workspace.status,
    activeTasks: workspace.activeTasks,
    currentTask: workspace.currentTask,
    errorRate: workspace.errorRate,
    sampleError: workspace.sampleError,
    uptimeSeconds: getUptimeSeconds(workspace, now),
    monthlySpend: workspace.monthlySpend,
    idleTimeoutSeconds: workspace.idleTimeoutSeconds,
    capabilities: { ...workspace.capabilities },
    lastHeartbeatAt: workspace.lastHeartbeatAt,
    agentCard: workspace.agentCard,
    deliveryMode: workspace.deliveryMode,
    url: getUrl(workspace),
  };
}
