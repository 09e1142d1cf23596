import { hasShape, isFlags, isInteger, isNumber, isText } from "./shape";

/** A heartbeat with everything it left out filled in. */
export interface Beat {
  readonly workspaceId: string;
  readonly errorRate: number;
  readonly sampleError: string;
  readonly activeTasks: number;
  readonly uptimeSeconds: number;
  readonly currentTask: string;
  /** US cents; 0 is no statement. */
  readonly monthlySpend: number;
  readonly runtimeState: string;
  /** null: the platform's default. */
  readonly idleTimeoutSeconds: number | null;
  readonly capabilities: Readonly<Record<string, boolean>>;
}

interface WireBeat {
  workspace_id?: string | null;
  error_rate?: number | null;
  sample_error?: string | null;
  active_tasks?: number | null;
  uptime_seconds?: number | null;
  current_task?: string | null;
  monthly_spend?: number | null;
  runtime_state?: string | null;
  runtime_metadata?: WireMetadata | null;
}

interface WireMetadata {
  idle_timeout_seconds?: number | null;
  capabilities?: Record<string, boolean> | null;
}

const LARGEST_SPEND = 1_000_000_000_000;

/** Reads a heartbeat; undefined for a body that the platform cannot read. */
export function readBeat(body: unknown): Beat | undefined {
  if (!isWireBeat(body) || !body.workspace_id) return undefined;
  const metadata = body.runtime_metadata ?? {};
  const idle = metadata.idle_timeout_seconds ?? 0;
  return {
    workspaceId: body.workspace_id,
    errorRate: body.error_rate ?? 0,
    sampleError: body.sample_error ?? "",
    activeTasks: body.active_tasks ?? 0,
    uptimeSeconds: body.uptime_seconds ?? 0,
    currentTask: body.current_task ?? "",
    monthlySpend: Math.min(Math.max(body.monthly_spend ?? 0, 0), LARGEST_SPEND),
    runtimeState: body.runtime_state ?? "",
    idleTimeoutSeconds: idle > 0 ? idle : null,
    capabilities: metadata.capabilities ?? {},
  };
}

function isWireBeat(body: unknown): body is WireBeat {
  return hasShape(body, {
    workspace_id: isText,
    error_rate: isNumber,
    sample_error: isText,
    active_tasks: isInteger,
    uptime_seconds: isInteger,
    current_task: isText,
    monthly_spend: isInteger,
    runtime_state: isText,
    runtime_metadata: isMetadata,
  });
}

function isMetadata(value: unknown): boolean {
  return hasShape(value, { idle_timeout_seconds: isInteger, capabilities: isFlags });
}
