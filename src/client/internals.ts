import { type A2AError, invalidArgument } from "../errors";
import type { A2AEvent, Emit } from "../events";
import type { Workspace, Workspaces } from "../identity/workspaces";
import type { Clock } from "../runtime/clock";
import type { Machine } from "../runtime/machine";
import type { StateFolder } from "../storage/state-folder";
import { quote } from "../text/format";
import type { Calls } from "../transport/call";
import type { Pool } from "../transport/http/pool";
import type { Execute } from "../transport/request/execute";
import type { RequestContext } from "../transport/request/platform-request";

/** What the other entry points of this package need of a client and its users do not. */
export interface ClientInternals {
  readonly workspaces: Workspaces;
  readonly calls: Calls;
  readonly exchange: Execute;
  readonly controlPool: Pool;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: Emit<A2AEvent>;
  readonly env: Machine["env"];
  readonly requests: RequestContext;
  /** The delegations this client has handed out, as many as one can still hear of. */
  readonly outstanding: ReadonlySet<string>;
  /** Functions to call when the client is closed; closing waits for them. */
  readonly onClose: Set<() => void | Promise<void>>;
  /** The folder of a workspace's files, below `stateDir` if it is given; `undefined` without a file system. */
  stateFolderFor(workspace: Workspace, stateDir?: string): StateFolder | undefined;
  /** Sends a message to the workspace's own agent. Resolves to what went wrong, if anything did. */
  messageSelf(
    workspace: Workspace,
    message: SelfMessage,
    limits: BackgroundLimits,
  ): Promise<A2AError | undefined>;
  lookUpStatus(workspace: Workspace, limits: BackgroundLimits): Promise<WorkspaceStatus>;
  /** Registers the workspace as it was registered last; `undefined` when this client never did. */
  registerAgain(
    workspace: Workspace,
    limits: BackgroundLimits,
  ): Promise<{ ok: true } | { ok: false; error: A2AError } | undefined>;
}

export interface SelfMessage {
  text: string;
  messageId: string;
  metadata: Record<string, unknown>;
}

/** What the platform says of a workspace; empty when it does not answer. */
export interface WorkspaceStatus {
  /** Why the workspace is gone. */
  removed?: string;
  status?: string | undefined;
}

/** How long background work may take. Rejects with the signal's reason once it is aborted. */
export interface BackgroundLimits {
  timeoutMs: number;
  signal: AbortSignal;
}

// A registered symbol: the heartbeat may come from the CommonJS build and the client from the other one.
const INTERNALS = Symbol.for("a2a-peers.client.internals");

export function attachInternals<Client extends object>(client: Client, internals: ClientInternals): Client {
  return Object.defineProperty(client, INTERNALS, { value: internals });
}

export function getInternals(client: object): ClientInternals {
  const internals = (client as { [INTERNALS]?: ClientInternals } | null | undefined)?.[INTERNALS];
  if (internals !== undefined) return internals;
  throw invalidArgument(`Expected a client made by createA2AClient, got ${quote(client)}.`);
}
