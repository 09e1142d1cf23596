import { findWorkspace, type PlatformState } from "./state";

/** Tells the listeners. What is told of a workspace also shows that it lives, to those who wait for its answer. */
export function tell(
  state: PlatformState,
  workspaceId: string,
  type: string,
  payload: Record<string, unknown> = {},
): void {
  const id = findWorkspace(state, workspaceId)?.id ?? workspaceId;
  state.events.push({ type, workspaceId: id, payload });
  for (const dispatch of state.dispatches) {
    if (dispatch.targetId === id) dispatch.showLife();
  }
}
