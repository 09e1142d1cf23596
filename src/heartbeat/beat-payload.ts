import { serializeJson } from "../text/serialize-json";
import type { HealthReport } from "./health";

/** What a runtime declares about itself. The platform deletes whatever a beat leaves out. */
export interface RuntimeMetadata {
  /** Up to 100 features the runtime has: `heartbeat`, `scheduler`, `session`, `status_mgmt`, `retry` and others. */
  capabilities?: Record<string, boolean> | undefined;
  /** How long the platform keeps an idle message to this workspace open, in whole seconds, from 1 to 2147483647. */
  idleTimeoutSeconds?: number | undefined;
}

export interface BeatFacts {
  workspaceId: string;
  /** Milliseconds since the heartbeat was created. */
  uptimeMs: number;
  health: HealthReport;
  /** Returned by {@link runtimeMetadata}. */
  metadata: Record<string, unknown> | undefined;
  /** Spend of the month so far in US cents; the platform ignores 0. */
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

const MAX_SPEND_CENTS = 1_000_000_000_000;
/** The platform refuses the whole beat for a number that its integers do not hold; every version has 32 bits. */
const MAX_IDLE_SECONDS = 2 ** 31 - 1;
const MAX_CAPABILITIES = 100;
/** Characters of the name of a capability; a longer one is not declared. */
const MAX_NAME_LENGTH = 100;

/**
 * The body of a beat as JSON. Every beat has the whole body, because the platform clears what a beat leaves out. Counts
 * are whole numbers, because the platform rejects a body with a fraction.
 */
export function serializeBeat({
  workspaceId,
  uptimeMs,
  health,
  metadata,
  monthlySpendCents,
}: BeatFacts): string {
  const spend = toWholeNumber(monthlySpendCents);
  return serializeJson({
    workspace_id: workspaceId,
    error_rate: health.errorRate,
    sample_error: health.sampleError,
    active_tasks: health.activeTasks,
    current_task: health.currentTask,
    uptime_seconds: Math.floor(uptimeMs / 1000),
    ...(spend === undefined ? {} : { monthly_spend: Math.min(spend, MAX_SPEND_CENTS) }),
    ...(health.wedged === undefined ? {} : { runtime_state: "wedged" }),
    ...(metadata === undefined ? {} : { runtime_metadata: metadata }),
  });
}

/** What a runtime declares, as the platform expects it: with all known capabilities and whole seconds. */
export function runtimeMetadata({
  capabilities,
  idleTimeoutSeconds,
}: RuntimeMetadata): Record<string, unknown> {
  const declared = Object.entries(capabilities ?? {})
    .filter(([name, value]) => typeof value === "boolean" && name.length <= MAX_NAME_LENGTH)
    .slice(0, MAX_CAPABILITIES);
  const idle = toWholeNumber(idleTimeoutSeconds);
  return {
    capabilities: {
      ...Object.fromEntries(CAPABILITIES.map((name) => [name, false])),
      ...Object.fromEntries(declared),
    },
    ...(idle === undefined ? {} : { idle_timeout_seconds: Math.min(idle, MAX_IDLE_SECONDS) }),
  };
}

/** The number without its fraction; `undefined` when that is not above 0. */
function toWholeNumber(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const whole = Math.floor(value);
  return whole > 0 ? whole : undefined;
}
