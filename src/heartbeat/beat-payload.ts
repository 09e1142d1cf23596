import { serializeJson } from "../text/serialize-json";
import type { HealthReport } from "./health";

/** What a runtime declares of itself; the platform forgets whatever a beat leaves out. */
export interface RuntimeMetadata {
  /** What the runtime does by itself: `heartbeat`, `scheduler`, `session`, `status_mgmt`, `retry` and others. */
  capabilities?: Record<string, boolean> | undefined;
  /** How long the platform keeps a message to this workspace open without a sign of life, in seconds, above 0. */
  idleTimeoutSeconds?: number | undefined;
}

export interface BeatFacts {
  workspaceId: string;
  uptimeMs: number;
  health: HealthReport;
  /** Made by {@link runtimeMetadata}. */
  metadata: Record<string, unknown> | undefined;
  /** Spend of the month so far in US cents; 0 cannot be told. */
  monthlySpendCents: number | undefined;
}

const CAPABILITIES = [
  "heartbeat",
  "scheduler",
  "session",
  "status_mgmt",
  "retry",
  "activity_decoration",
  "channel_dispatch",
];

const LARGEST_SPEND = 1_000_000_000_000;

/**
 * The whole body of a beat. The platform overwrites everything with what a beat says and clears what it leaves out,
 * so every beat is made here, also a repeated one. Fractions would make the platform refuse the whole body.
 */
export function serializeBeat({
  workspaceId,
  uptimeMs,
  health,
  metadata,
  monthlySpendCents,
}: BeatFacts): string {
  const spend = wholeAbove0(monthlySpendCents);
  return serializeJson({
    workspace_id: workspaceId,
    error_rate: health.errorRate,
    sample_error: health.sampleError,
    active_tasks: health.activeTasks,
    current_task: health.currentTask,
    uptime_seconds: Math.floor(uptimeMs / 1000),
    ...(spend === undefined ? {} : { monthly_spend: Math.min(spend, LARGEST_SPEND) }),
    ...(health.wedged === undefined ? {} : { runtime_state: "wedged" }),
    ...(metadata === undefined ? {} : { runtime_metadata: metadata }),
  });
}

/** What a runtime declares, in the platform's words. */
export function runtimeMetadata({
  capabilities,
  idleTimeoutSeconds,
}: RuntimeMetadata): Record<string, unknown> {
  const declared = Object.entries(capabilities ?? {}).filter(([, value]) => typeof value === "boolean");
  const idle = wholeAbove0(idleTimeoutSeconds);
  return {
    capabilities: {
      ...Object.fromEntries(CAPABILITIES.map((name) => [name, false])),
      ...Object.fromEntries(declared),
    },
    ...(idle === undefined ? {} : { idle_timeout_seconds: idle }),
  };
}

function wholeAbove0(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const whole = Math.floor(value);
  return whole > 0 ? whole : undefined;
}
