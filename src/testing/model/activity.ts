/** One row of a workspace's activity log, in the field names of the wire. */
export interface Activity {
  readonly id: string;
  readonly workspace_id: string;
  readonly activity_type: string;
  readonly source_id: string | null;
  readonly target_id: string | null;
  readonly method: string | null;
  summary: string | null;
  readonly duration_ms: number | null;
  status: string;
  error_detail: string | null;
  /** RFC 3339 with microseconds, unique within a platform. */
  readonly created_at: string;
  readonly request_body?: unknown;
  response_body?: unknown;
  /** The tools that the agent says it used. */
  readonly tool_trace?: unknown;
  /** Internal to the platform: not part of any response. */
  readonly idempotency_key?: string;
}
