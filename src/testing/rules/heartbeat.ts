import { hasShape, isFlags, isInteger, isNumber, isText, parseJson } from "../json";
import { hasNul } from "../text";

/** A heartbeat with defaults for the fields it left out. */
export interface Heartbeat {
  readonly workspaceId: string;
  readonly errorRate: number;
  readonly sampleError: string;
  readonly activeTasks: number;
  readonly uptimeSeconds: number;
  readonly currentTask: string;
  /** US cents; 0 keeps the spending of the heartbeats before. */
  readonly monthlySpend: number;
  readonly runtimeState: string;
  /** Null is the platform's default. */
  readonly idleTimeoutSeconds: number | null;
  readonly capabilities: Readonly<Record<string, boolean>>;
}

interface WireHeartbeat {
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

const MAX_SPEND = 1_000_000_000_000;

/** Parses the body of a heartbeat; undefined for one that the platform refuses. */
export function parseHeartbeat(text: string): Heartbeat | undefined {
  const body = parseJson(text);
  if (!isWireHeartbeat(body) || !body.workspace_id || hasWrittenFraction(text)) return undefined;
  const metadata = body.runtime_metadata ?? {};
  const idleTimeout = metadata.idle_timeout_seconds ?? 0;
  return {
    workspaceId: body.workspace_id,
    errorRate: body.error_rate ?? 0,
    sampleError: body.sample_error ?? "",
    activeTasks: body.active_tasks ?? 0,
    uptimeSeconds: body.uptime_seconds ?? 0,
    currentTask: body.current_task ?? "",
    monthlySpend: Math.min(Math.max(body.monthly_spend ?? 0, 0), MAX_SPEND),
    runtimeState: body.runtime_state ?? "",
    idleTimeoutSeconds: idleTimeout > 0 ? idleTimeout : null,
    capabilities: metadata.capabilities ?? {},
  };
}

const INTEGERS = ["active_tasks", "uptime_seconds", "monthly_spend", "idle_timeout_seconds"];

/** Whether an integer is written with a fraction or an exponent, as `2.0`, which the platform's decoder refuses. */
function hasWrittenFraction(text: string): boolean {
  const fields = text.matchAll(/"((?:[^"\\]|\\.)*)"(?:\s*:\s*(-?[\d.eE+-]+))?/g);
  return [...fields].some(([, name = "", number = ""]) => INTEGERS.includes(name) && /[.eE]/.test(number));
}

const MAX_STORED_TASKS = 2 ** 31 - 1;

/** Whether the database takes a heartbeat: its texts have no NUL, and its tasks fit a column of 32 bits. */
export function isStorable({ activeTasks, currentTask, sampleError }: Heartbeat): boolean {
  return Math.abs(activeTasks) <= MAX_STORED_TASKS && !hasNul([currentTask, sampleError]);
}

function isWireHeartbeat(body: unknown): body is WireHeartbeat {
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
