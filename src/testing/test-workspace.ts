import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "./agents/incoming-message";
import type { Reply } from "./agents/reply";
import type { PlatformState } from "./state";
import { isUuid } from "./uuid";
import type { Workspace } from "./workspace";

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
  /** Where a real agent listens; messages are forwarded to it, and `reply` is not asked. May be loopback. */
  url?: string | undefined;
  /**
   * `online`, `degraded`, `offline`, `provisioning`, `paused`, `hibernated`, `failed`, `awaiting_agent`, `removed`
   * or any other text. A `reply` is asked only while online or degraded, a `url` also while offline.
   * @default "online"
   */
  status?: string | undefined;
  /** Answers the messages of a workspace without `url`. @default none: messages find no agent */
  reply?: Reply | undefined;
}

/** A workspace on the test platform, and the strings to pull. */
export interface TestWorkspace {
  readonly id: string;
  readonly name: string;
  /** The token that the platform accepts now; null when none is live. */
  readonly token: string | null;
  /** Messages that reached the agent, oldest first. Live: it grows. */
  readonly received: readonly IncomingMessage[];
  setStatus(status: string): void;
  /** The old token is revoked at once. */
  setToken(token: string | null): void;
  setReply(reply: Reply | null): void;
  setUrl(url: string | null): void;
}

/** Puts a workspace on file. Throws for an id that is no UUID or is taken. */
export function addWorkspace(state: PlatformState, options: NewWorkspace): TestWorkspace {
  const id = canonicalId("id", options.id ?? randomUUID());
  if (state.workspaces.has(id)) throw new Error(`Workspace ${id} exists already`);
  const status = options.status ?? "online";
  const workspace: Workspace = {
    id,
    name: options.name ?? `workspace-${id.slice(0, 8)}`,
    role: options.role ?? null,
    parentId: options.parentId === undefined ? null : canonicalId("parentId", options.parentId),
    status,
    token: options.token === undefined ? newToken() : options.token,
    url: options.url === undefined ? null : checkedUrl(options.url),
    reply: options.reply ?? null,
    removedAt: status === "removed" ? state.timestamp() : null,
    lastOutboundAt: null,
    createdAt: state.clock.now(),
    received: [],
  };
  state.workspaces.set(id, workspace);
  return controlsOf(state, workspace);
}

function controlsOf(state: PlatformState, workspace: Workspace): TestWorkspace {
  return {
    id: workspace.id,
    name: workspace.name,
    get token() {
      return workspace.token;
    },
    received: workspace.received,
    setStatus(status) {
      workspace.status = status;
      workspace.removedAt = status === "removed" ? state.timestamp() : null;
    },
    setToken(token) {
      workspace.token = token;
    },
    setReply(reply) {
      workspace.reply = reply;
    },
    setUrl(url) {
      workspace.url = url === null ? null : checkedUrl(url);
    },
  };
}

function canonicalId(name: string, id: string): string {
  if (!isUuid(id)) throw new Error(`Expected \`${name}\` to be a UUID, got \`${id}\``);
  return id.toLowerCase();
}

function checkedUrl(url: string): string {
  if (!URL.canParse(url)) throw new Error(`Expected \`url\` to be a URL, got \`${url}\``);
  return url;
}

/** 32 random bytes in base64url: 43 characters, as the platform makes them. */
function newToken(): string {
  return randomBytes(32).toString("base64url");
}
