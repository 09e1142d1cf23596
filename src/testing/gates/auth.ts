import { accepts, hasToken } from "../registry/tokens";
import { findWorkspace, type PlatformState } from "../state";

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
  return accepts(state, caller, shown) ? undefined : gate.invalid;
}

/** The strict gate: without a live token nobody passes. The operator's token opens every workspace. */
export function refusedStrictly(
  state: PlatformState,
  id: string,
  authorization: string | undefined,
): string | undefined {
  const shown = bearerOf(authorization);
  if (shown === "") return REGISTRY_GATE.missing;
  const passes = isOperator(state, authorization) || showsTokenOf(state, id, authorization);
  return passes ? undefined : REGISTRY_GATE.invalid;
}

export function isOperator(state: PlatformState, authorization: string | undefined): boolean {
  return state.adminToken !== undefined && bearerOf(authorization) === state.adminToken;
}

export function showsTokenOf(state: PlatformState, id: string, authorization: string | undefined): boolean {
  const workspace = findWorkspace(state, id);
  return workspace !== undefined && accepts(state, workspace, bearerOf(authorization));
}

/** The scheme is matched with its case and exactly one space. Empty when there is no bearer. */
function bearerOf(authorization: string | undefined): string {
  return authorization?.startsWith(SCHEME) ? authorization.slice(SCHEME.length).trim() : "";
}
