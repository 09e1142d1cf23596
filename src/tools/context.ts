import type { A2AClient } from "../client/client";
import { invalidArgument } from "../errors";
import type { Heartbeat } from "../heartbeat/heartbeat";
import type { Inbox } from "../inbox/inbox";
import type { InboxMessage } from "../inbox/message";
import type { Clock } from "../runtime/clock";
import { quote } from "../text/format";
import { parsePeerId } from "../validation/peer-id";

/** A message, and the own workspace that received it. */
export interface Received {
  readonly workspaceId: string;
  readonly message: InboxMessage;
}

/** What a running tool works with. */
export interface ToolContext {
  readonly client: A2AClient;
  readonly clock: Clock;
  /** Ids of the own workspaces that were configured; the first is the default. */
  readonly workspaceIds: readonly string[];
  /** Whether the client finds further own workspaces by their ids. */
  readonly findsOthers: boolean;
  readonly inboxes: readonly Inbox[];
  /** The last messages that were popped, by their ids: they may still be answered. */
  readonly popped: Map<string, Received>;
  readonly heartbeat: Heartbeat | undefined;
  /** How long `wait_for_message` waits unless it is told, in seconds. */
  readonly waitSecs: number;
}

/** The beginning of a workspace's id that tells it from the others of a process in a list. */
export const shortId = (id: string): string => id.slice(0, 8);

/**
 * The own workspace that a model named by its id or by the short form of it; `undefined` for `undefined`. Throws
 * `invalid_argument` for any other text.
 */
export function resolveSource(
  { workspaceIds, findsOthers }: ToolContext,
  source: string | undefined,
  argument = "source_workspace_id",
): string | undefined {
  if (source === undefined) return undefined;
  const wanted = source.trim().toLowerCase();
  const found = workspaceIds.find((id) => id === wanted || shortId(id) === wanted);
  if (found !== undefined) return found;
  if (findsOthers) return resolveOther(source, argument);
  throw invalidArgument(
    `\`${argument}\` has to be an own workspace (${workspaceIds.slice(0, 5).join(" or ")}), not a peer, got ${quote(source)}. Leave it out for the default one.`,
  );
}

function resolveOther(source: string, argument: string): string {
  const id = parsePeerId(source);
  if (id !== null) return id;
  throw invalidArgument(
    `\`${argument}\` has to be the id of an own workspace, a UUID, got ${quote(source)}. Nothing was sent.`,
  );
}

/** The inbox of the workspace from which a peer is reached: the named one, else that of the default workspace. */
export function findInbox({ inboxes, workspaceIds }: ToolContext, source: string | undefined) {
  const id = source ?? (workspaceIds.length === 1 ? workspaceIds[0] : undefined);
  return inboxes.find(({ workspaceId }) => workspaceId === id);
}
