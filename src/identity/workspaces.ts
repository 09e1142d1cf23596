import { invalidArgument } from "../errors";
import type { Clock } from "../runtime/clock";
import { quote } from "../text/format";
import { parsePeerId } from "../validation/peer-id";
import { createTokenHolder, type TokenHolder, type TokenLocations } from "./token";

/** One workspace this process speaks for. Its id and its token always travel together. */
export interface Workspace {
  readonly id: string;
  readonly tokens: TokenHolder;
  /** The file its token is read from, where the environment names one: a new token belongs there. */
  readonly tokenFile?: string | undefined;
}

/** What is known of a workspace before anything is asked. */
export interface Credentials extends TokenLocations {
  readonly id: string;
  readonly tokenFile?: string | undefined;
}

/** The workspaces of this process; the first is the default. */
export interface Workspaces {
  readonly all: readonly Workspace[];
  readonly default: Workspace;
  /** The workspace a caller named, or `undefined` when none was (blank text names none). Throws `invalid_argument` for a foreign one. */
  named(source: unknown): Workspace | undefined;
  /** The workspace with this id, if it is one of ours. */
  byId(id: string): Workspace | undefined;
}

export function createWorkspaces(
  configured: readonly Credentials[],
  clock: Clock,
  onTokenRefreshed: (workspaceId: string) => void,
): Workspaces {
  const all = configured.map(({ id, tokenFile, ...places }) => ({
    id,
    tokens: createTokenHolder(places, `workspace ${id}`, clock, () => onTokenRefreshed(id)),
    tokenFile,
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
          `Unknown \`source\` ${quote(source)}: expected the id of a workspace of this client (${listed(all)}).`,
        );
      }
      return workspace;
    },
  };
}

function listed(workspaces: readonly Workspace[]): string {
  const ids = workspaces.slice(0, 3).map((workspace) => workspace.id);
  return workspaces.length > ids.length ? `${ids.join(", ")} …` : ids.join(", ");
}
