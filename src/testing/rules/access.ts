import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { findWorkspace } from "../store";
import { toCanonicalId } from "../text";

const MAX_ANCESTORS = 32;

/**
 * Whether one workspace may communicate with another: itself, siblings (all roots are siblings), ancestors and
 * descendants. Never for an unknown id.
 */
export function canAccess(state: PlatformState, callerId: string, targetId: string): boolean {
  if (toCanonicalId(callerId) === toCanonicalId(targetId)) return true;
  const caller = findWorkspace(state, callerId);
  const target = findWorkspace(state, targetId);
  if (caller === undefined || target === undefined) return false;
  return (
    caller.parentId === target.parentId ||
    isAncestor(state, caller, target) ||
    isAncestor(state, target, caller)
  );
}

function isAncestor(state: PlatformState, ancestor: Workspace, workspace: Workspace): boolean {
  let parentId = workspace.parentId;
  // The bound also ends the loop when parents form a cycle.
  for (let step = 0; step < MAX_ANCESTORS && parentId !== null; step++) {
    if (parentId === ancestor.id) return true;
    parentId = findWorkspace(state, parentId)?.parentId ?? null;
  }
  return false;
}
