import { randomUUID } from "node:crypto";
import { appendActivity, INSERTED_ROW, insertActivity, pruneActivity } from "./activity/log";
import { INBOX_SUFFIX, logReceived } from "./activity/received";
import { createTextRequest, toIncomingMessage } from "./agents/message";
import { storeTask } from "./agents/tasks";
import type { IncomingMessage, Reply } from "./model/message";
import type { PlatformState } from "./model/state";
import type { DeliveryMode, NotifiedFile, UploadedFile, Workspace } from "./model/workspace";
import { createSecret, getLiveTokens, replaceTokens } from "./rules/credentials";
import { pauseWorkspace, restartWorkspace, resumeWorkspace } from "./rules/operator";
import { startProvisioningTimeout } from "./rules/provisioning";
import { createWorkspace } from "./store";
import { isUuid, toCanonicalId } from "./text";
import { snapshot, type WorkspaceState } from "./workspace-state";

/** A workspace to be added. Every field has a default. */
export interface NewWorkspace {
  /** A UUID; stored in lower case. @default a random one */
  id?: string | undefined;
  /** @default "workspace-" and the first eight digits of the id */
  name?: string | undefined;
  /** @default no role (`null` on the wire) */
  role?: string | undefined;
  /** UUID of the parent, which need not exist. @default none: the workspace is a root */
  parentId?: string | undefined;
  /** `null` is a workspace without a live token: its requests pass unauthenticated. @default a random one */
  token?: string | null | undefined;
  /**
   * URL of a real agent; messages are forwarded to it, and `reply` is not called. May be loopback. A registration
   * does not replace one that begins with `http://127.0.0.1`. @default none
   */
  url?: string | undefined;
  /**
   * `online`, `degraded`, `offline`, `provisioning`, `paused`, `hibernated`, `failed`, `awaiting_agent`, `removed`
   * or any other text. A `reply` is called only while online or degraded, a `url` also while offline.
   *
   * Before the first registration or heartbeat only one timer changes it: `provisioning` becomes `failed` after ten
   * minutes. After that missing heartbeats do too: an external agent (a `url`, or no `reply`) becomes
   * `awaiting_agent` after 90 s, and one that the platform runs (a `reply` alone) `offline` after 180 s if it has
   * registered. `paused`, `hibernated` and `removed` do not change without heartbeats.
   * @default "online"
   */
  status?: string | undefined;
  /**
   * Answers the messages to a workspace without `url`. Such a workspace counts as one that the platform runs in a
   * container: when it discovers a peer on this machine it gets `host.docker.internal` instead of `127.0.0.1` or
   * `localhost`, and its own URL is one that only containers can reach.
   * @default none: messages to the workspace are refused with 503
   */
  reply?: Reply | undefined;
  /** In poll mode messages are appended to the workspace's inbox, and no agent is called. @default "push" */
  deliveryMode?: DeliveryMode | undefined;
  /** Queued messages are delivered while fewer tasks than these are active. @default 1 */
  maxConcurrentTasks?: number | undefined;
}

/** A workspace on the test platform: what the platform stores about it, and controls to change that. */
export interface TestWorkspace {
  /** UUID, in lower case. */
  readonly id: string;
  /** Name that peers see. */
  readonly name: string;
  /** The token that the platform accepts now, the oldest of several; null when none is live. */
  readonly token: string | null;
  /** The inbound secret, which registrations and heartbeats return. */
  readonly inboundSecret: string;
  /** What the platform stores about the workspace: a copy as of the time it is read. */
  readonly state: WorkspaceState;
  /**
   * Messages that reached the agent, or its inbox in poll mode, oldest first; requests about tasks are none. Live: it
   * grows.
   */
  readonly received: readonly IncomingMessage[];
  /** Messages of the agent to its human, oldest first. Live: it grows. */
  readonly notifications: readonly string[];
  /** The attachments of each of the `notifications`, in their order; none is an empty list. Live: it grows. */
  readonly attachments: readonly (readonly NotifiedFile[])[];
  /** Files that the agent has uploaded for its human, oldest first. Live: it grows. */
  readonly uploads: readonly UploadedFile[];
  /** Sets any status, without the platform's own rules and without an event. */
  setStatus(status: string): void;
  /** Makes `token` the only live one, or leaves none for `null`. All others are revoked at once. */
  setToken(token: string | null): void;
  /** Creates a token, makes it the only live one and returns it. All others are revoked at once. */
  rotateToken(): string;
  /** Leaves no live token: requests pass unauthenticated, and the next registration gets a new one. */
  revokeTokens(): void;
  /** Sets the inbound secret; an empty one is not returned to agents. */
  setInboundSecret(secret: string): void;
  /**
   * Pauses the workspace, as its operator does: it is `paused`, and the platform forgets the URL of its agent. Heartbeats
   * still get 200.
   */
  pause(): void;
  /**
   * Resumes the workspace, as its operator does. One that the platform runs is `online` 10 s later; an external one
   * ends as `failed` without a URL, and gets messages again after its next registration.
   */
  resume(): void;
  /**
   * Restarts the workspace, as its operator does. An external one ends as `failed` without a URL; messages reach its
   * agent for 5 more minutes, then only after its next registration.
   */
  restart(): void;
  /** Refuses messages to the workspace (402) once its spending, in US cents, reaches the limit. `null` is no limit. */
  setBudget(cents: number | null): void;
  /** Sets the function that answers messages while the workspace has no URL, or none for `null`. */
  setReply(reply: Reply | null): void;
  /**
   * Sets a task as the agent of `reply` shows it from now on to `tasks/get`: `setTask(task("completed", "42"))`. Tasks
   * in the results of `reply` are remembered by themselves. Throws for what is no task with an id and a status.
   */
  setTask(task: object): void;
  /** Sets the URL of a real agent, or none for `null`. Throws for an invalid URL. */
  setUrl(url: string | null): void;
  /**
   * While `false`, the workspace's delegations run without being stored, and the response to each has a `warning`.
   * Initially `true`.
   */
  setDelegationTracking(works: boolean): void;
  /** Inserts any JSON value, unchanged, as the newest row into the list of the workspace's delegations. */
  addDelegationRow(row: unknown): void;
  /**
   * Appends a message of the human to the inbox, as the platform does for a workspace in poll mode, and emits
   * `ACTIVITY_LOGGED`. Works whatever the delivery mode; no agent is called.
   */
  writeAsHuman(text: string): void;
  /**
   * Inserts a row into the workspace's activity and returns its id. `fields` have the names of the wire and stay as
   * given, whatever they hold; by default the row is a message of the human without a body, created now. An older
   * `created_at` makes a row that appears late, and the `created_at` of another row makes two within one microsecond.
   * Emits no event.
   */
  addActivityRow(fields?: Readonly<Record<string, unknown>>): string;
  /** Removes rows of the workspace's activity, as the platform's retention does: those with `ids`. @default all */
  pruneActivity(ids?: readonly string[]): void;
}

/** Adds a workspace. Throws for an id that is not a UUID or exists already, and for an invalid URL. */
export function addWorkspace(state: PlatformState, options: NewWorkspace): TestWorkspace {
  const id = parseId("id", options.id ?? randomUUID());
  if (state.workspaces.has(id)) throw new Error(`Workspace ${id} exists already`);
  const workspace = createWorkspace({
    id,
    name: options.name ?? `workspace-${id.slice(0, 8)}`,
    role: options.role ?? null,
    parentId: options.parentId === undefined ? null : parseId("parentId", options.parentId),
    inboundSecret: createSecret(),
    reply: options.reply ?? null,
    deliveryMode: options.deliveryMode ?? "push",
    maxConcurrentTasks: options.maxConcurrentTasks ?? 1,
    createdAt: state.clock.now(),
  });
  replaceTokens(state, workspace, options.token === undefined ? createSecret() : options.token);
  setUrl(workspace, options.url ?? null);
  setStatus(state, workspace, options.status ?? "online");
  state.workspaces.set(id, workspace);
  return createControls(state, workspace);
}

function createControls(state: PlatformState, workspace: Workspace): TestWorkspace {
  return {
    id: workspace.id,
    name: workspace.name,
    get token() {
      return getLiveTokens(workspace)[0]?.secret ?? null;
    },
    get inboundSecret() {
      return workspace.inboundSecret;
    },
    get state() {
      return snapshot(workspace, state.clock.now());
    },
    received: workspace.received,
    notifications: workspace.notifications,
    attachments: workspace.attachments,
    uploads: workspace.uploads,
    setStatus: (status) => setStatus(state, workspace, status),
    setToken: (token) => replaceTokens(state, workspace, token),
    rotateToken() {
      const token = createSecret();
      replaceTokens(state, workspace, token);
      return token;
    },
    revokeTokens: () => replaceTokens(state, workspace, null),
    setInboundSecret(secret) {
      workspace.inboundSecret = secret;
    },
    pause: () => pauseWorkspace(state, workspace),
    resume: () => resumeWorkspace(state, workspace),
    restart: () => restartWorkspace(state, workspace),
    setBudget(cents) {
      workspace.budgetLimit = cents;
    },
    setReply(reply) {
      workspace.reply = reply;
    },
    setTask(task) {
      if (!storeTask(workspace.tasks, task)) throw new Error("Expected a task with an `id` and a `status`");
    },
    setUrl: (url) => setUrl(workspace, url),
    setDelegationTracking(works) {
      workspace.tracksDelegations = works;
    },
    addDelegationRow(row) {
      appendActivity(state, {
        workspace_id: workspace.id,
        activity_type: INSERTED_ROW,
        method: "delegate",
        response_body: row,
      });
    },
    writeAsHuman(text) {
      const request = createTextRequest(text);
      logReceived(state, { target: workspace, from: null, request }, {}, INBOX_SUFFIX);
      workspace.received.push(toIncomingMessage(null, request));
    },
    addActivityRow: (fields = {}) => insertActivity(state, workspace.id, fields),
    pruneActivity: (ids) => pruneActivity(state, workspace.id, ids),
  };
}

function setStatus(state: PlatformState, workspace: Workspace, status: string): void {
  workspace.status = status;
  workspace.removedAt = status === "removed" ? state.timestamp() : null;
  workspace.hasUnusableToken = false;
  if (status === "provisioning") startProvisioningTimeout(state, workspace);
}

function setUrl(workspace: Workspace, url: string | null): void {
  if (url !== null && !URL.canParse(url)) throw new Error(`Expected \`url\` to be a URL, got \`${url}\``);
  workspace.url = url;
  workspace.urlIsProvisioned = url !== null;
}

function parseId(name: string, id: string): string {
  if (!isUuid(id)) throw new Error(`Expected \`${name}\` to be a UUID, got \`${id}\``);
  return toCanonicalId(id);
}
