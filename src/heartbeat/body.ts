/** What a workspace tells the platform of itself. */
export interface Beat {
  workspaceId: string;
  uptimeMs: number;
}

/**
 * The whole body of a beat. The platform overwrites everything with what a beat says and clears what it leaves out,
 * so every beat is made here.
 */
export function beatBody({ workspaceId, uptimeMs }: Beat): string {
  return JSON.stringify({
    workspace_id: workspaceId,
    error_rate: 0,
    sample_error: "",
    active_tasks: 0,
    current_task: "",
    // A fraction of a second would make the platform refuse the whole body.
    uptime_seconds: Math.floor(uptimeMs / 1000),
  });
}
