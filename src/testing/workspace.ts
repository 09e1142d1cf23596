import type { IncomingMessage } from "./agents/incoming-message";
import type { Reply } from "./agents/reply";
import type { Liveness } from "./registry/liveness";
import type { Token } from "./registry/tokens";

export type DeliveryMode = "push" | "poll";

/** One workspace as the platform keeps it. */
export interface Workspace {
  readonly id: string;
  name: string;
  role: string | null;
  parentId: string | null;
  status: string;
  /** Live ones, oldest first. */
  readonly tokens: Token[];
  /** A token was minted after the removal: from then on a bearer is asked for, and none is accepted. */
  hasDeadToken: boolean;
  url: string | null;
  /** The URL is the platform's own doing, not what an agent registered. */
  urlIsProvisioned: boolean;
  reply: Reply | null;
  agentCard: unknown;
  deliveryMode: DeliveryMode;
  inboundSecret: string;
  maxConcurrentTasks: number;
  removedAt: string | null;
  lastOutboundAt: string | null;
  /** Clock time of its creation, in milliseconds. */
  readonly createdAt: number;
  /** Clock time of the last heartbeat or registration, in milliseconds. */
  lastHeartbeatAt: number | null;
  readonly liveness: Liveness;
  /** Calls off the end of the platform's patience with a start; null when there was none. */
  cancelProvisioning: (() => void) | null;
  activeTasks: number;
  currentTask: string;
  errorRate: number;
  sampleError: string;
  /** As the last heartbeat said; null before the first. */
  uptimeSeconds: number | null;
  /** US cents. */
  monthlySpend: number;
  /** US cents; null is no limit. */
  budgetLimit: number | null;
  /** From here on: what the agent declares with each heartbeat, and loses when it does not. */
  idleTimeoutSeconds: number | null;
  capabilities: Readonly<Record<string, boolean>>;
  readonly received: IncomingMessage[];
  /** What the agent told its human. */
  readonly notifications: string[];
  /** Whether the platform can keep rows of what the workspace hands out. */
  tracksDelegations: boolean;
}

/** A workspace that was just created: online, without an agent. */
export function newWorkspace(
  given: Pick<Workspace, "id" | "name" | "createdAt" | "inboundSecret"> & Partial<Workspace>,
): Workspace {
  return {
    role: null,
    parentId: null,
    status: "online",
    tokens: [],
    hasDeadToken: false,
    url: null,
    urlIsProvisioned: false,
    reply: null,
    agentCard: null,
    deliveryMode: "push",
    maxConcurrentTasks: 1,
    removedAt: null,
    lastOutboundAt: null,
    lastHeartbeatAt: null,
    liveness: { key: null, silence: null },
    cancelProvisioning: null,
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
    tracksDelegations: true,
    ...given,
  };
}

/** A change of status that does not happen when somebody else was faster: a removal is never undone. */
export function moveStatus(workspace: Workspace, from: string, to: string): boolean {
  if (workspace.status !== from) return false;
  workspace.status = to;
  return true;
}

/** Where a workspace's messages go: to a real agent, to a function, or nowhere. */
export type Agent = { kind: "url"; url: string } | { kind: "reply"; reply: Reply };

const RUNNING = ["online", "degraded"];
// Of an agent that stopped its heartbeats the platform still knows the URL, and still tries it.
const URL_ON_FILE = [...RUNNING, "offline"];

/** The agent behind a workspace, or nothing where the platform has no URL to dispatch to. */
export function agentOf(workspace: Workspace): Agent | undefined {
  const { url, reply, status } = workspace;
  if (url !== null && URL_ON_FILE.includes(status)) return { kind: "url", url };
  if (url === null && reply !== null && RUNNING.includes(status)) return { kind: "reply", reply };
  return undefined;
}

/** External agents run somewhere else; a `reply` stands for an agent the platform runs itself. */
export function isExternal(workspace: Workspace): boolean {
  return workspace.url !== null || workspace.reply === null;
}

/** The URL on file: of an agent the platform runs, its name in the container network. Empty where there is none. */
export function urlOf(workspace: Workspace): string {
  if (workspace.url !== null) return workspace.url;
  return workspace.reply === null ? "" : `http://ws-${workspace.id.slice(0, 12)}:8000`;
}

/** What the agent said last; before it said anything, the time since the workspace was created. */
export function uptimeOf(workspace: Workspace, now: number): number {
  return workspace.uptimeSeconds ?? Math.floor((now - workspace.createdAt) / 1000);
}
