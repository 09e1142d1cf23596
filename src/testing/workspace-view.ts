import { type DeliveryMode, uptimeOf, urlOf, type Workspace } from "./workspace";

/** What the platform believes about a workspace. */
export interface WorkspaceState {
  readonly status: string;
  readonly activeTasks: number;
  /** Empty when there is none. */
  readonly currentTask: string;
  readonly errorRate: number;
  /** Empty when there is none. */
  readonly sampleError: string;
  /** As the last heartbeat said; before the first, the time since the workspace was created. */
  readonly uptimeSeconds: number;
  /** US cents. */
  readonly monthlySpend: number;
  /** How long the agent may be silent over a message; null for the platform's own limit of 300. */
  readonly idleTimeoutSeconds: number | null;
  /** As the last heartbeat declared them; empty when it declared none. */
  readonly capabilities: Readonly<Record<string, boolean>>;
  /** Time of the platform's clock at the last heartbeat or registration, in milliseconds; null before the first. */
  readonly lastHeartbeatAt: number | null;
  /** As it was registered; null before. */
  readonly agentCard: unknown;
  readonly deliveryMode: DeliveryMode;
  /** Empty when there is none. */
  readonly url: string;
}

export function believedOf(workspace: Workspace, now: number): WorkspaceState {
  return {
    status: workspace.status,
    activeTasks: workspace.activeTasks,
    currentTask: workspace.currentTask,
    errorRate: workspace.errorRate,
    sampleError: workspace.sampleError,
    uptimeSeconds: uptimeOf(workspace, now),
    monthlySpend: workspace.monthlySpend,
    idleTimeoutSeconds: workspace.idleTimeoutSeconds,
    capabilities: { ...workspace.capabilities },
    lastHeartbeatAt: workspace.lastHeartbeatAt,
    agentCard: workspace.agentCard,
    deliveryMode: workspace.deliveryMode,
    url: urlOf(workspace),
  };
}
