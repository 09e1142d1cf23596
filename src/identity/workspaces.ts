import { invalidArgument } from "../errors";
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

/** The workspaces of this process; the first is the default. */
export interface Workspaces {
  readonly all: readonly Workspace[];
  readonly default: Workspace;
  /** The workspace a caller named; `undefined` for `undefined` and blank text. Throws `invalid_argument` for an unknown one. */
  named(source: unknown): Workspace | undefined;
  /** The workspace with this id, if it is one of this process. */
  byId(id: string): Workspace | undefined;
}

/** Creates the workspaces of this process; at least one must be configured. */
export function createWorkspaces(
  configured: readonly Credentials[],
  clock: Clock,
  onTokenRefreshed: (workspaceId: string) => void,
): Workspaces {
  const all = configured.map(({ id, tokenFile, searched, ...locations }) => ({
    id,
    tokens: createTokenHolder(locations, `workspace ${id}`, clock, () => onTokenRefreshed(id)),
    tokenFile,
    searched,
    secrets: new Set<string>(),
    inbound: createInboundFacts(),
  }));
  const byId = new Map(all.map((workspace) => [workspace.id, workspace]));
  const [first] = all;
  if (first === undefined) throw new TypeError("at least one workspace is needed");

  return {
    all,
    default: first,
    byId: (id) => byId.get(id),
    named(source) {
      if (source === undefined || (typeof source === "string" && source.trim() === "")) return undefined;
      const id = parsePeerId(source);
      const workspace = id === null ? undefined : byId.get(id);
      if (workspace === undefined) {
        throw invalidArgument(
          `Unknown \`source\` ${quote(source)}: expected the id of a workspace of this client (${formatIds(all)}).`,
        );
      }
      return workspace;
    },
  };
}

/** The first three ids, for an error message. */
function formatIds(workspaces: readonly Workspace[]): string {
  const ids = workspaces.slice(0, 3).map((workspace) => workspace.id);
  return workspaces.length > ids.length ? `${ids.join(", ")} …` : ids.join(", ");
}
