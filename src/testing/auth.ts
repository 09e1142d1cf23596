import { hasToken, liveToken } from "./registry/tokens";
import { findWorkspace, type PlatformState } from "./state";

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
  if (caller === undefined || !hasToken(caller)) return undefined;
  const shown = bearerOf(authorization);
  if (shown === "") return gate.missing;
  return shown === liveToken(caller) ? undefined : gate.invalid;
}

/** The strict gate: without a live token nobody passes. The operator's token opens every workspace. */
export function refusedStrictly(
  state: PlatformState,
  id: string,
  authorization: string | undefined,
): string | undefined {
  const shown = bearerOf(authorization);
  if (shown === "") return REGISTRY_GATE.missing;
  if (shown === state.adminToken) return undefined;
  const workspace = findWorkspace(state, id);
  const token = workspace === undefined ? null : liveToken(workspace);
  return shown === token ? undefined : REGISTRY_GATE.invalid;
}

/** The scheme is matched with its case and exactly one space. Empty when there is no bearer. */
function bearerOf(authorization: string | undefined): string {
  return authorization?.startsWith(SCHEME) ? authorization.slice(SCHEME.length).trim() : "";
}
