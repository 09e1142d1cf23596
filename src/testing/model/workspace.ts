import type { JsonObject } from "../json";
import type { IncomingMessage, Reply } from "./message";

/** A file that an agent has handed to its human: the entry of `attachments` as it came. */
export interface NotifiedFile {
  /** Reference of the file. */
  uri: string;
  /** Name for the human. */
  name: string;
  /** Type of the content. */
  mimeType?: string;
  /** Size in bytes. */
  size?: number;
}

/** A file that an agent has uploaded. */
export interface UploadedFile {
  /** The reference under which it is attached. */
  readonly uri: string;
  /** Name of the file. */
  readonly name: string;
  /** Type of the content. */
  readonly mimeType: string;
  /** The content. */
  readonly bytes: Uint8Array;
}

/** Whether the platform calls the agent, or keeps its messages until it fetches them. */
export type DeliveryMode = "push" | "poll";

/** One live token of a workspace. */
export interface Token {
  readonly id: string;
  readonly secret: string;
  readonly createdAt: string;
  lastUsedAt: string | null;
}

/** The timers that a registration or a heartbeat restarts; null while one does not run. */
export interface LivenessTimers {
  /** Cancels the expiry of the liveness key. */
  cancelKeyExpiry: (() => void) | null;
  /** Cancels the check whether an external agent is stale. */
  cancelStaleCheck: (() => void) | null;
}

/** One workspace as the platform stores it. */
export interface Workspace {
  readonly id: string;
  name: string;
  role: string | null;
  parentId: string | null;
  status: string;
  /** Live tokens, oldest first. */
  readonly tokens: Token[];
  /** A token was issued after the removal: from then on a bearer is required, and none is accepted. */
  hasUnusableToken: boolean;
  url: string | null;
  /** A URL to which the platform still dispatches after it has forgotten `url`; `expiresAt` is clock time in ms. */
  cachedUrl: { readonly url: string; readonly expiresAt: number } | null;
  /** The URL was set by the platform (or the test), not registered by an agent. */
  urlIsProvisioned: boolean;
  reply: Reply | null;
  /** The tasks that the agent of `reply` has shown, by their ids, as they are now. */
  readonly tasks: Map<string, JsonObject>;
  agentCard: unknown;
  deliveryMode: DeliveryMode;
  inboundSecret: string;
  maxConcurrentTasks: number;
  removedAt: string | null;
  lastOutboundAt: string | null;
  /** Clock time of the creation, in milliseconds. */
  readonly createdAt: number;
  /** Clock time of the last heartbeat or registration, in milliseconds. */
  lastHeartbeatAt: number | null;
  readonly liveness: LivenessTimers;
  /** Cancels the provisioning timeout; null while it does not run. */
  cancelProvisioningTimeout: (() => void) | null;
  activeTasks: number;
  currentTask: string;
  errorRate: number;
  sampleError: string;
  /** As of the last heartbeat; null before the first. */
  uptimeSeconds: number | null;
  /** US cents. */
  monthlySpend: number;
  /** US cents; null is no limit. */
  budgetLimit: number | null;
  /** As of the last heartbeat; null when it stated none. */
  idleTimeoutSeconds: number | null;
  /** As of the last heartbeat; empty when it declared none. */
  capabilities: Readonly<Record<string, boolean>>;
  /** Messages that reached the agent, or its inbox in poll mode. */
  readonly received: IncomingMessage[];
  /** Messages of the agent to its human. */
  readonly notifications: string[];
  /** The attachments of each notification, in their order. */
  readonly attachments: (readonly NotifiedFile[])[];
  /** Files that the agent has uploaded, oldest first. */
  readonly uploads: UploadedFile[];
  /** Whether the platform stores rows of the delegations that the workspace makes. */
  tracksDelegations: boolean;
}

/** Where the messages of a workspace are dispatched: to the URL of a real agent, or to a function. */
export type Agent = { kind: "url"; url: string } | { kind: "reply"; reply: Reply; tasks: Workspace["tasks"] };
