import { configurationError } from "../errors";
import type { A2AEvent, Telemetry } from "../events";
import { resolveWorkspaces } from "../identity/credentials";
import { type ResolvedDeployMode, resolveDeployMode } from "../identity/deploy-mode";
import type { TenantHeaders } from "../identity/headers";
import { resolveOrgId, resolveOrigin, resolvePlatformUrl } from "../identity/platform";
import { createLookupCredentials } from "../identity/workspace-lookup";
import type { Credentials, FindCredentials } from "../identity/workspaces";
import { type Clock, MAX_TIMER_MS } from "../runtime/clock";
import type { Machine } from "../runtime/machine";
import { quote } from "../text/format";
import { type ClientTls, resolveTls } from "../transport/http/tls";
import type { RetryPolicy } from "../transport/request/backoff";
import { checkDeliveryMode, checkMilliseconds, type DeliveryMode } from "../validation/options";
import { checkClientOptionNames } from "./option-names";
import type {
  A2AClientOptions,
  EnricherOptions,
  LimitOptions,
  RetryOptions,
  TimeoutOptions,
} from "./options";

/** Options after validation: complete and frozen. The rest of the package sees this form alone. */
export interface ResolvedOptions extends ResolvedDeployMode {
  readonly platformUrl: string;
  readonly workspaces: readonly Credentials[];
  readonly findCredentials: FindCredentials | undefined;
  readonly tenant: TenantHeaders;
  readonly delivery: DeliveryMode;
  readonly retry: RetryPolicy;
  readonly retryTimeouts: boolean;
  readonly recoveryGate: boolean;
  readonly budgetMs: number;
  readonly sendMs: number;
  readonly requestMs: number;
  readonly enrichMs: number;
  readonly enricher: Required<{ [Name in keyof EnricherOptions]: number }>;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly maxConcurrentSends: number;
  readonly idleConnectionMs: number;
  readonly tls: ClientTls | undefined;
  readonly fetch: typeof fetch | undefined;
  readonly random: () => number;
  readonly clock: Clock | undefined;
  readonly logger: ((event: A2AEvent) => void) | undefined;
  readonly telemetry: Telemetry | undefined;
  readonly onEvent: ((event: A2AEvent) => void) | undefined;
}

/** The largest size that can be configured for a body. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Validates `options` and fills them from the environment. Throws `configuration`, naming the option that is wrong. */
export function resolveOptions(options: A2AClientOptions, machine: Machine): ResolvedOptions {
  if (typeof options !== "object" || options === null) {
    throw configurationError(`Expected the options to be an object, got a value of type ${typeof options}.`);
  }
  checkClientOptionNames(options);
  const platformUrl = resolvePlatformUrl(options.platformUrl, machine);
  const orgId = resolveOrgId(options.orgId, machine);
  return Object.freeze({
    platformUrl,
    workspaces: resolveWorkspaces(options, machine),
    findCredentials: resolveLookup(options, machine),
    ...resolveDeployMode(options.deployMode, orgId, machine),
    tenant: { orgId, origin: resolveOrigin(options.origin, platformUrl) },
    delivery: checkDeliveryMode(options.delivery ?? "at-least-once", configurationError),
    ...resolveRetry(section(options.retry, "retry")),
    ...resolveTimeouts(section(options.timeouts, "timeouts")),
    enricher: resolveEnricher(section(options.enricher, "enricher")),
    ...resolveLimits(section(options.limits, "limits")),
    tls: resolveTls(options.tls, platformUrl, options.fetch),
    fetch: optionalFunction(options.fetch, "fetch"),
    random: boundedRandom(optionalFunction(options.random, "random") ?? Math.random),
    clock: checkClock(options.clock),
    logger: checkLogger(options.logger),
    telemetry: checkTelemetry(options.telemetry),
    onEvent: optionalFunction(options.onEvent, "onEvent"),
  });
}

function resolveLookup({ workspaces }: A2AClientOptions, machine: Machine): FindCredentials | undefined {
  if (typeof workspaces !== "function") return undefined;
  return (id) => createLookupCredentials(workspaces, id, false, machine);
}

function resolveRetry(
  retry: RetryOptions,
): Pick<ResolvedOptions, "retry" | "retryTimeouts" | "recoveryGate" | "budgetMs"> {
  const baseDelayMs = milliseconds(retry.baseDelayMs ?? 1000, "retry.baseDelayMs", 0);
  const maxDelayMs = milliseconds(retry.maxDelayMs ?? 16_000, "retry.maxDelayMs", 0);
  if (maxDelayMs < baseDelayMs) {
    throw configurationError(
      `Expected \`retry.maxDelayMs\` (${maxDelayMs}) to be at least \`retry.baseDelayMs\` (${baseDelayMs}).`,
    );
  }
  return {
    retry: {
      maxAttempts: wholeNumber(retry.maxAttempts ?? 5, "retry.maxAttempts", 1000),
      baseDelayMs,
      maxDelayMs,
      jitter: resolveJitter(retry.jitter ?? 0.25),
    },
    retryTimeouts: flag(retry.timeouts ?? false, "retry.timeouts"),
    recoveryGate: flag(retry.recoveryGate ?? true, "retry.recoveryGate"),
    budgetMs: milliseconds(retry.budgetMs ?? 600_000, "retry.budgetMs"),
  };
}

function resolveTimeouts(timeouts: TimeoutOptions) {
  return {
    // The budget of the send ends an attempt that has no limit of its own.
    sendMs: milliseconds(timeouts.sendMs ?? MAX_TIMER_MS, "timeouts.sendMs"),
    requestMs: milliseconds(timeouts.requestMs ?? 10_000, "timeouts.requestMs"),
    enrichMs: milliseconds(timeouts.enrichMs ?? 2000, "timeouts.enrichMs"),
  };
}

function resolveEnricher(enricher: EnricherOptions): ResolvedOptions["enricher"] {
  return {
    ttlMs: milliseconds(enricher.ttlMs ?? 300_000, "enricher.ttlMs"),
    failureTtlMs: milliseconds(enricher.failureTtlMs ?? 30_000, "enricher.failureTtlMs"),
    maxPeers: wholeNumber(enricher.maxPeers ?? 1024, "enricher.maxPeers", 1_048_576),
    workers: wholeNumber(enricher.workers ?? 2, "enricher.workers", 64),
    maxQueued: wholeNumber(enricher.maxQueued ?? 256, "enricher.maxQueued", 65_536),
  };
}

function resolveLimits(limits: LimitOptions) {
  return {
    requestBytes: wholeNumber(limits.requestBytes ?? 1_048_576, "limits.requestBytes", MAX_BYTES),
    responseBytes: wholeNumber(limits.responseBytes ?? 16_777_216, "limits.responseBytes", MAX_BYTES),
    maxConcurrentSends: wholeNumber(limits.maxConcurrentSends ?? 256, "limits.maxConcurrentSends", 65_536),
    idleConnectionMs: milliseconds(limits.idleConnectionMs ?? 4000, "limits.idleConnectionMs"),
  };
}

function milliseconds(value: unknown, name: string, least?: number): number {
  return checkMilliseconds(value, name, configurationError, least);
}

function wholeNumber(value: unknown, name: string, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw configurationError(
    `Expected \`${name}\` to be a whole number from 1 to ${most}, got ${quote(value)}.`,
  );
}

function flag(value: unknown, name: string): boolean {
  if (typeof value === "boolean") return value;
  throw configurationError(`Expected \`${name}\` to be true or false, got ${quote(value)}.`);
}

/** A source of random numbers that throws, or answers no number from 0 up to 1, must not break a call half way. */
function boundedRandom(random: () => number): () => number {
  return () => {
    try {
      const value: unknown = random();
      return typeof value === "number" && value >= 0 && value < 1 ? value : 0.5;
    } catch {
      return 0.5;
    }
  };
}

function resolveJitter(value: unknown): number | "full" {
  if (value === "full" || (typeof value === "number" && value >= 0 && value <= 1)) return value;
  throw configurationError(
    `Expected \`retry.jitter\` to be a number from 0 to 1 or 'full', got ${quote(value)}.`,
  );
}

function optionalFunction<F>(value: F | undefined, name: string): F | undefined {
  if (value === undefined || typeof value === "function") return value;
  throw configurationError(`Expected \`${name}\` to be a function, got ${quote(value)}.`);
}

function checkLogger<L>(value: L | undefined): L | undefined {
  if (value === undefined || typeof value === "function") return value;
  throw configurationError(
    `Expected \`logger\` to be a function, such as logEvents of a2a-peers/logging makes of a logger, got ${quote(value)}.`,
  );
}

function checkTelemetry(value: Telemetry | undefined): Telemetry | undefined {
  if (value === undefined || typeof value?.observe === "function") return value;
  throw configurationError(
    `Expected \`telemetry\` to be what openTelemetry() of a2a-peers/otel returns, got ${quote(value)}.`,
  );
}

function checkClock(value: Clock | undefined): Clock | undefined {
  if (value === undefined) return undefined;
  if (typeof value?.now === "function" && typeof value.setTimer === "function") return value;
  throw configurationError(
    `Expected \`clock\` to be an object with the functions now and setTimer, got ${quote(value)}.`,
  );
}

function section<S extends object>(value: S | undefined, name: string): Partial<S> {
  if (value === undefined) return {};
  if (typeof value === "object" && value !== null) return value;
  throw configurationError(`Expected \`${name}\` to be an object, got ${quote(value)}.`);
}
