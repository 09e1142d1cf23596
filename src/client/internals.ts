import { type A2AError, invalidArgument } from "../errors";
import type { WorkspaceEvents } from "../event-stream/workspace-events";
import type { A2AEvent, Emit, Observer } from "../events";
import type { Workspace, Workspaces } from "../identity/workspaces";
import type { SelfMessage } from "../messaging/self-message";
import type { WorkspaceStatus } from "../peers/workspace-status";
import type { ResolvedRegistration } from "../registration/resolve-registration";
import type { Clock } from "../runtime/clock";
import type { Machine } from "../runtime/machine";
import type { StateFolder } from "../storage/state-folder";
import { quote } from "../text/format";
import type { Calls } from "../transport/calls";
import type { Pool } from "../transport/http/pool";
import type { Execute } from "../transport/request/execute";
import type { RequestContext } from "../transport/request/platform-request";
import type { BackgroundLimits } from "../validation/options";

/** The contract between a client and the other entry points of this package. Not for users of the client. */
export interface ClientInternals {
  readonly workspaces: Workspaces;
  readonly calls: Calls;
  readonly execute: Execute;
  /** Connections for beats, which no other call may hold up. */
  readonly beatPool: Pool;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: Emit<A2AEvent>;
  /** Emits to the hook of a part, and to what receives every event; as `emit` does where the part has no hook. */
  emitTo<Event extends A2AEvent>(onEvent: ((event: Event) => void) | undefined): Emit<Event>;
  /** Observes messages and their handlers, where the client has `telemetry`. */
  readonly observer: Observer | undefined;
  readonly env: Machine["env"];
  readonly requests: RequestContext;
  /** Base URL of the platform, without a trailing slash. */
  readonly platformUrl: string;
  readonly workspaceEvents: WorkspaceEvents;
  /** The delegations this client has made, the newest 500: their ids, and the workspaces that made them. */
  readonly outstanding: ReadonlyMap<string, string>;
  /** Called with each delegation that this client makes, and the workspace that made it. */
  readonly onDelegated: Set<(delegationId: string, workspaceId: string) => void>;
  /** Called when the client closes; closing waits for the promises they return. */
  readonly onClose: Set<() => void | Promise<void>>;
  /** The folder of a workspace's files, below `stateDir` if it is given; `undefined` without a file system. */
  stateFolderFor(workspace: Workspace, stateDir?: string): StateFolder | undefined;
  /** Sends a message to the workspace's own agent. Resolves to the error when it fails. */
  messageSelf(
    workspace: Workspace,
    message: SelfMessage,
    limits: BackgroundLimits,
  ): Promise<A2AError | undefined>;
  lookUpStatus(workspace: Workspace, limits: BackgroundLimits): Promise<WorkspaceStatus>;
  /** The last registration of the workspace by this client that the platform accepted. */
  registrationOf(workspace: Workspace): ResolvedRegistration | undefined;
  /** Repeats the last registration of the workspace; resolves to `undefined` when this client has made none. */
  registerAgain(
    workspace: Workspace,
    limits: BackgroundLimits,
  ): Promise<{ ok: true } | { ok: false; error: A2AError } | undefined>;
}

// A registered symbol: the heartbeat may come from the CommonJS build and the client from the other one.
const INTERNALS = Symbol.for("a2a-peers.client.internals");

/** Adds the internals to a client, where {@link getInternals} finds them. */
export function attachInternals<Client extends object>(client: Client, internals: ClientInternals): Client {
  return Object.defineProperty(client, INTERNALS, { value: internals });
}

/** The internals of a client. Throws `invalid_argument` for anything that `createA2AClient` did not make. */
export function getInternals(client: object): ClientInternals {
  const internals = (client as { [INTERNALS]?: ClientInternals } | null | undefined)?.[INTERNALS];
  if (internals !== undefined) return internals;
  throw invalidArgument(`Expected a client made by createA2AClient, got ${quote(client)}.`);
}
