import { randomUUID } from "node:crypto";
import { writeActivity } from "./activity/activity";
import type { IncomingMessage } from "./agents/incoming-message";
import type { Reply } from "./agents/reply";
import { PLANTED } from "./delegations/view";
import { newInboundSecret } from "./registry/inbound-secret";
import { watchProvisioning } from "./registry/provisioning";
import { liveTokens, newSecret, replaceTokens } from "./registry/tokens";
import type { PlatformState } from "./state";
import { isUuid } from "./uuid";
import { type DeliveryMode, newWorkspace, type Workspace } from "./workspace";
import { believedOf, type WorkspaceState } from "./workspace-view";

/** A workspace to be added. Everything has a default. */
export interface NewWorkspace {
  /** A UUID. @default a random one */
  id?: string | undefined;
  /** @default "workspace-" and the first eight digits of the id */
  name?: string | undefined;
  /** @default no role (`null` on the wire) */
  role?: string | undefined;
  /** Id of the parent, which need not exist. @default none: the workspace is a root */
  parentId?: string | undefined;
  /** `null` is a workspace without a live token: its requests pass unauthenticated. @default a random one */
  token?: string | null | undefined;
  /**
   * Where a real agent listens; messages are forwarded to it, and `reply` is not asked. May be loopback. One that
   * begins with `http://127.0.0.1` stays when an agent registers another.
   */
  url?: string | undefined;
  /**
   * `online`, `degraded`, `offline`, `provisioning`, `paused`, `hibernated`, `failed`, `awaiting_agent`, `removed`
   * or any other text. A `reply` is asked only while online or degraded, a `url` also while offline.
   *
   * Nothing changes it before the first registration or heartbeat, except that `provisioning` becomes `failed` after
   * ten minutes. Afterwards silence does: an agent that runs elsewhere (a `url`, or no `reply`) is `awaiting_agent`
   * 90 s after it was last heard of, and one that the platform runs (a `reply` alone) is `offline` after 180 s if it
   * has registered. `paused`, `hibernated` and `removed` do not end with silence.
   * @default "online"
   */
  status?: string | undefined;
  /**
   * Answers the messages of a workspace without `url`. Such a workspace counts as one that the platform runs in a
   * container: when it discovers a peer on this machine it is told `host.docker.internal` instead of `127.0.0.1` or
   * `localhost`, and its own URL is one that only containers can reach.
   * @default none: messages find no agent
   */
  reply?: Reply | undefined;
  /** In poll mode messages are left in the workspace's inbox, and no agent is asked. @default "push" */
  deliveryMode?: DeliveryMode | undefined;
  /** Queued messages are handed out while fewer tasks than these are active. @default 1 */
  maxConcurrentTasks?: number | undefined;
}

/** A workspace on the test platform, and the strings to pull. */
export interface TestWorkspace {
  readonly id: string;
  readonly name: string;
  /** The token that the platform accepts now, the oldest of several; null when none is live. */
  readonly token: string | null;
  /** The secret the platform hands out with registrations and heartbeats. */
  readonly inboundSecret: string;
  /** What the platform believes about the workspace: a copy, made when it is read. */
  readonly state: WorkspaceState;
  /** Messages that reached the agent, or its inbox in poll mode, oldest first. Live: it grows. */
  readonly received: readonly IncomingMessage[];
  /** What the workspace told its human, oldest first. Live: it grows. */
  readonly notifications: readonly string[];
  /** Any status, without the platform's own rules and without an event. */
  setStatus(status: string): void;
  /** All others are revoked at once. */
  setToken(token: string | null): void;
  /** Makes a new token the only live one and returns it. All others are revoked at once. */
  rotateToken(): string;
  /** Leaves no live token: requests pass unauthenticated, and the next registration is given a new one. */
  revokeTokens(): void;
  /** An empty one is not handed out. */
  setInboundSecret(secret: string): void;
  /** The workspace's messages are refused (402) once it has spent this much, in US cents. `null` lifts the limit. */
  setBudget(cents: number | null): void;
  setReply(reply: Reply | null): void;
  setUrl(url: string | null): void;
  /** While `false`, what the workspace hands out runs without leaving a row, and its receipt warns of it. */
  setDelegationTracking(works: boolean): void;
  /** Puts any JSON value among the rows of the workspace's delegations, exactly as it is, as the newest of them. */
  addDelegationRow(row: unknown): void;
}

/** Puts a workspace on file. Throws for an id that is no UUID or is taken. */
export function addWorkspace(state: PlatformState, options: NewWorkspace): TestWorkspace {
  const id = canonicalId("id", options.id ?? randomUUID());
  if (state.workspaces.has(id)) throw new Error(`Workspace ${id} exists already`);
  const workspace = newWorkspace({
    id,
    name: options.name ?? `workspace-${id.slice(0, 8)}`,
    role: options.role ?? null,
    parentId: options.parentId === undefined ? null : canonicalId("parentId", options.parentId),
    inboundSecret: newInboundSecret(),
    reply: options.reply ?? null,
    deliveryMode: options.deliveryMode ?? "push",
    maxConcurrentTasks: options.maxConcurrentTasks ?? 1,
    createdAt: state.clock.now(),
  });
  replaceTokens(state, workspace, options.token === undefined ? newSecret() : options.token);
  setUrl(workspace, options.url ?? null);
  setStatus(state, workspace, options.status ?? "online");
  state.workspaces.set(id, workspace);
  return controlsOf(state, workspace);
}

function controlsOf(state: PlatformState, workspace: Workspace): TestWorkspace {
  return {
    id: workspace.id,
    name: workspace.name,
    get token() {
      return liveTokens(workspace)[0]?.secret ?? null;
    },
    get inboundSecret() {
      return workspace.inboundSecret;
    },
    get state() {
      return believedOf(workspace, state.clock.now());
    },
    received: workspace.received,
    notifications: workspace.notifications,
    setStatus: (status) => setStatus(state, workspace, status),
    setToken: (token) => replaceTokens(state, workspace, token),
    rotateToken() {
      const token = newSecret();
      replaceTokens(state, workspace, token);
      return token;
    },
    revokeTokens: () => replaceTokens(state, workspace, null),
    setInboundSecret(secret) {
      workspace.inboundSecret = secret;
    },
    setBudget(cents) {
      workspace.budgetLimit = cents;
    },
    setReply(reply) {
      workspace.reply = reply;
    },
    setUrl: (url) => setUrl(workspace, url),
    setDelegationTracking(works) {
      workspace.tracksDelegations = works;
    },
    addDelegationRow(row) {
      writeActivity(state, {
        workspace_id: workspace.id,
        activity_type: PLANTED,
        method: "delegate",
        response_body: row,
      });
    },
  };
}

function setStatus(state: PlatformState, workspace: Workspace, status: string): void {
  workspace.status = status;
  workspace.removedAt = status === "removed" ? state.timestamp() : null;
  workspace.hasDeadToken = false;
  if (status === "provisioning") watchProvisioning(state, workspace);
}

function setUrl(workspace: Workspace, url: string | null): void {
  if (url !== null && !URL.canParse(url)) throw new Error(`Expected \`url\` to be a URL, got \`${url}\``);
  workspace.url = url;
  workspace.urlIsProvisioned = url !== null;
}

function canonicalId(name: string, id: string): string {
  if (!isUuid(id)) throw new Error(`Expected \`${name}\` to be a UUID, got \`${id}\``);
  return id.toLowerCase();
}
