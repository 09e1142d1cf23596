import { configurationError, isA2AError } from "../errors";
import type { Machine } from "../runtime/machine";
import { isRecord } from "../text/json";
import { parsePeerId } from "../validation/peer-id";
import { errorKind } from "./query-token";
import { storedFallback, storedToken } from "./stored-token";
import { checkToken, type TokenSource } from "./token-source";
import { unknownSourceError } from "./unknown-source";
import type { Credentials } from "./workspaces";

/** One workspace of a process that acts for several. */
export interface WorkspaceCredentials {
  /** UUID of the workspace. */
  id: string;
  /**
   * Its bearer token, or a function that returns it; `null` for a workspace without one.
   * @default the token in `<id>/.auth_token` of the configuration folder
   */
  token?: string | TokenSource | null | undefined;
}

/**
 * Finds the credentials of a workspace by its id; `undefined` for one that it does not know. Asked when a token of the
 * workspace is first needed, once for all calls that wait for it, and again when the platform refuses the token.
 */
export type WorkspaceLookup = (
  id: string,
) => WorkspaceCredentials | undefined | Promise<WorkspaceCredentials | undefined>;

/** The credentials of the workspace `id`, whose token is what `lookup` finds when it is needed. */
export function createLookupCredentials(
  lookup: WorkspaceLookup,
  id: string,
  isDefault: boolean,
  machine: Machine,
): Credentials {
  const stored = storedToken(id, isDefault, machine);
  return {
    id,
    sources: [() => findToken(lookup, id, stored)],
    fallback: storedFallback(id, isDefault, machine),
    searched: () => ["what the function `workspaces` has found"],
  };
}

async function callLookup(lookup: WorkspaceLookup, id: string): Promise<unknown> {
  try {
    return await lookup(id);
  } catch (error) {
    if (isA2AError(error)) throw error;
    throw configurationError(`The function \`workspaces\` failed for workspace ${id} (${errorKind(error)}).`);
  }
}

async function findToken(
  lookup: WorkspaceLookup,
  id: string,
  stored: readonly TokenSource[],
): Promise<string | undefined> {
  const found: unknown = await callLookup(lookup, id);
  if (found === undefined || found === null) throw unknownSourceError(id);
  if (!isRecord(found) || parsePeerId(found.id) !== id) {
    throw configurationError(
      `Expected the function \`workspaces\` to return the credentials of workspace ${id}.`,
    );
  }
  const { token } = found;
  if (token === null) return undefined;
  if (token === undefined) return stored[0]?.();
  if (typeof token === "function") return (token as TokenSource)();
  return checkToken(token, `the token of workspace ${id} that the function \`workspaces\` has returned`);
}
