import { type A2AError, invalidArgument } from "../errors";
import type { Clock } from "../runtime/clock";
import { quote } from "../text/format";
import { parsePeerId } from "../validation/peer-id";
import { createInboundFacts, type InboundFacts } from "./inbound";
import { createTokenHolder, type TokenHolder, type TokenLocations } from "./token-holder";
import type { TokenSearch } from "./token-search";

/** One workspace this process acts for. Requests take its id and its token from here, so that the two match. */
export interface Workspace {
  readonly id: string;
  readonly tokens: TokenHolder;
  /** The file the environment names for its token; a newly issued token is stored there. */
  readonly tokenFile?: string | undefined;
  /** Where its token was searched. */
  readonly searched?: TokenSearch | undefined;
  /** Secrets besides the tokens: none of them appears in an error. */
  readonly secrets: Set<string>;
  /** What is known of the platform's calls to its agent. */
  readonly inbound: InboundFacts;
}

/** A workspace as configured: its id and where its token may be. */
export interface Credentials extends TokenLocations {
  readonly id: string;
  readonly tokenFile?: string | undefined;
  readonly searched?: TokenSearch | undefined;
}

/** The workspaces of this process. */
export interface Workspaces {
  /** Those that were configured, and those that were found by their ids and are not forgotten yet. */
  readonly all: readonly Workspace[];
  readonly configured: readonly Workspace[];
  /** The first that was configured. Throws `invalid_argument` where there is none: the caller has to name a `source`. */
  readonly default: Workspace;
  readonly hasDefault: boolean;
  /** Whether workspaces that were not configured are found by their ids. */
  readonly findsOthers: boolean;
  isDefault(workspace: Workspace): boolean;
  /** The workspace a caller named; `undefined` for `undefined` and blank text. Throws `invalid_argument` for an unknown one. */
  named(source: unknown): Workspace | undefined;
  /**
   * The workspace a caller named, else the default, for what outlasts a call: a registration, a heartbeat, an inbox. It
   * is never forgotten, so that all that lasts has one token, one inbound secret and one registration. Throws as both.
   */
  lasting(source: unknown): Workspace;
  /** The workspace with this id, if it is one of this process. */
  byId(id: string): Workspace | undefined;
}

/** Returns the credentials of a workspace that was not configured. */
export type FindCredentials = (id: string) => Credentials;

/** Workspaces that were found for single calls; the one that was named longest ago is forgotten above this. */
const MAX_FOUND = 1024;

interface WorkspacesState {
  /** Those that were configured, and those that were found for what lasts. */
  readonly kept: Map<string, Workspace>;
  /** The one that was named longest ago first. */
  readonly found: Map<string, Workspace>;
  all: readonly Workspace[];
}

/**
 * Creates the workspaces of this process. Those that are not configured are found by `find`, which returns for any id
 * where the token may be; without it they are unknown.
 */
export function createWorkspaces(
  configured: readonly Credentials[],
  clock: Clock,
  onTokenRefreshed: (workspaceId: string) => void,
  find?: FindCredentials,
): Workspaces {
  const create = (credentials: Credentials) => createWorkspace(credentials, clock, onTokenRefreshed);
  const all = configured.map(create);
  const [first] = all;
  const state: WorkspacesState = {
    kept: new Map(all.map((workspace) => [workspace.id, workspace])),
    found: new Map(),
    all,
  };
  const byId = (id: string) => state.kept.get(id) ?? state.found.get(id);

  function named(source: unknown): Workspace | undefined {
    if (source === undefined) return undefined;
    // A normalised id, as programs give it, needs no check.
    const known = state.kept.get(source as string);
    if (known !== undefined) return known;
    if (typeof source === "string" && source.trim() === "") return undefined;
    const id = parsePeerId(source);
    const keptOne = id === null ? undefined : state.kept.get(id);
    if (keptOne !== undefined) return keptOne;
    if (id !== null && find !== undefined) return remember(state, byId(id) ?? create(find(id)));
    throw unknownSource(source, all, find !== undefined);
  }

  function getDefault(): Workspace {
    if (first !== undefined) return first;
    throw invalidArgument(
      "This client has no workspace of its own: name the workspace that makes the call as `source`.",
    );
  }

  return {
    get all() {
      return state.all;
    },
    configured: all,
    get default() {
      return getDefault();
    },
    hasDefault: first !== undefined,
    findsOthers: find !== undefined,
    isDefault: (workspace) => workspace === first,
    byId,
    named,
    lasting(source) {
      const workspace = named(source) ?? getDefault();
      if (state.found.delete(workspace.id)) state.kept.set(workspace.id, workspace);
      return workspace;
    },
  };
}

function createWorkspace(
  { id, tokenFile, searched, ...locations }: Credentials,
  clock: Clock,
  onTokenRefreshed: (workspaceId: string) => void,
): Workspace {
  return {
    id,
    tokens: createTokenHolder(locations, `workspace ${id}`, clock, () => onTokenRefreshed(id)),
    tokenFile,
    searched,
    secrets: new Set<string>(),
    inbound: createInboundFacts(),
  };
}

/** Makes a workspace the latest of those that were found, and forgets the oldest above the limit. */
function remember(state: WorkspacesState, workspace: Workspace): Workspace {
  const { found } = state;
  const isNew = !found.delete(workspace.id);
  found.set(workspace.id, workspace);
  if (!isNew) return workspace;
  const [oldest] = found.keys();
  if (oldest !== undefined && found.size > MAX_FOUND) found.delete(oldest);
  state.all = [...state.kept.values(), ...found.values()];
  return workspace;
}

function unknownSource(source: unknown, configured: readonly Workspace[], hasLookup: boolean): A2AError {
  const expected = hasLookup
    ? "expected the id of a workspace (UUID)"
    : `expected the id of a workspace of this client (${formatIds(configured)})`;
  return invalidArgument(`Unknown \`source\` ${quote(source)}: ${expected}.`);
}

/** The first three ids, for an error message. */
function formatIds(workspaces: readonly Workspace[]): string {
  const ids = workspaces.slice(0, 3).map((workspace) => workspace.id);
  return workspaces.length > ids.length ? `${ids.join(", ")} …` : ids.join(", ");
}
