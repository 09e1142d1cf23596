import { findWorkspace, type PlatformState } from "./state";
import { liveToken } from "./workspace";

/** What a refused caller is told; the proxy speaks of the caller, the registry of the workspace. */
interface GateTexts {
  readonly missing: string;
  readonly invalid: string;
}

export const REGISTRY_GATE: GateTexts = {
  missing: "missing workspace auth token",
  invalid: "invalid workspace auth token",
};

export const PROXY_GATE: GateTexts = {
  missing: "missing caller auth token",
  invalid: "invalid caller auth token",
};

const SCHEME = "Bearer ";

/**
 * The reason to answer 401, or nothing. A workspace without a live token, and one that is not known at all, has
 * nothing to show and passes.
 */
export function refusedBy(
  gate: GateTexts,
  state: PlatformState,
  callerId: string,
  authorization: string | undefined,
): string | undefined {
  const caller = findWorkspace(state, callerId);
  const token = caller === undefined ? null : liveToken(caller);
  if (token === null) return undefined;
  // The scheme is matched with its case and exactly one space.
  if (!authorization?.startsWith(SCHEME)) return gate.missing;
  const shown = authorization.slice(SCHEME.length).trim();
  if (shown === "") return gate.missing;
  return shown === token ? undefined : gate.invalid;
}
