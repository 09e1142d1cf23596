import type { IncomingMessage } from "./agents/incoming-message";
import type { Reply } from "./agents/reply";

/** One workspace as the platform keeps it. */
export interface Workspace {
  readonly id: string;
  name: string;
  role: string | null;
  parentId: string | null;
  status: string;
  token: string | null;
  url: string | null;
  reply: Reply | null;
  removedAt: string | null;
  lastOutboundAt: string | null;
  /** Clock time of its creation, in milliseconds. */
  readonly createdAt: number;
  readonly received: IncomingMessage[];
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

/** Removing a workspace revokes its tokens. */
export function liveToken(workspace: Workspace): string | null {
  return workspace.status === "removed" ? null : workspace.token;
}
