import { findWorkspace, type PlatformState } from "./state";
import type { Workspace } from "./workspace";

const LONGEST_CHAIN = 32;

/** Who may talk to whom: oneself, siblings (all roots are siblings), ancestors and descendants. Unknown ids never. */
export function mayTalk(state: PlatformState, callerId: string, targetId: string): boolean {
  if (callerId.toLowerCase() === targetId.toLowerCase()) return true;
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
  // The bound also ends the walk when parents form a ring.
  for (let step = 0; step < LONGEST_CHAIN && parentId !== null; step++) {
    if (parentId === ancestor.id) return true;
    parentId = findWorkspace(state, parentId)?.parentId ?? null;
  }
  return false;
}
