import type { ClientInternals } from "../client/internals";
import { invalidArgument } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import type { Workspace } from "../identity/workspaces";
import { type ResolvedResultsOptions, resolveResultsOptions } from "../results/options";
import { isThenable } from "../runtime/thenable";
import { errorMessage, quote } from "../text/format";
import { isRecord } from "../text/json";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import { checkMilliseconds } from "../validation/options";
import { runtimeMetadata } from "./beat-payload";
import type { HeartbeatOptions } from "./options";

/** Options after validation. */
export interface ResolvedHeartbeatOptions {
  workspace: Workspace;
  intervalMs: number;
  timeoutMs: number;
  livenessMs: number;
  /** Never throws. */
  runtime: () => Record<string, unknown> | undefined;
  /** Never throws. */
  spend: () => number | undefined;
  delegations: ResolvedResultsOptions | undefined;
  emit: Emit<HeartbeatEvent>;
}

const NAMES: OptionNames<HeartbeatOptions> = {
  source: true, intervalMs: true, timeoutMs: true, livenessMs: true, stateDir: true, runtime: true,
  monthlySpendCents: true, delegations: true, onEvent: true,
}; // biome-ignore format: one list

/** Validates the options and adds the defaults. Throws `invalid_argument`. */
export function resolveHeartbeatOptions(
  internals: ClientInternals,
  options: HeartbeatOptions,
): ResolvedHeartbeatOptions {
  if (typeof options !== "object" || options === null) {
    throw invalidArgument(`Expected the options to be an object, got ${quote(options)}.`);
  }
  checkOptionNames(options, NAMES, invalidArgument);
  const { workspaces, emitTo } = internals;
  const duration = (name: "intervalMs" | "timeoutMs" | "livenessMs", standard: number) =>
    checkMilliseconds(options[name] ?? standard, name, invalidArgument);
  const stateDir: unknown = options.stateDir;
  if (stateDir !== undefined && (typeof stateDir !== "string" || stateDir.trim() === "")) {
    throw invalidArgument(`Expected \`stateDir\` to be the path of a folder, got ${quote(stateDir)}.`);
  }
  checkFunction(options.onEvent, "onEvent");
  checkFunction(options.runtime, "runtime");
  checkFunction(options.monthlySpendCents, "monthlySpendCents");
  const workspace = workspaces.lasting(options.source);
  const ownEmit = emitTo(options.onEvent);
  const guard = <T>(option: ProviderName, call: () => T | undefined) =>
    guardProvider(call, (reason) =>
      ownEmit({ type: "heartbeat.provider_failed", workspaceId: workspace.id, option, reason }),
    );
  return {
    workspace,
    intervalMs: checkInterval(duration("intervalMs", 30_000)),
    timeoutMs: duration("timeoutMs", 10_000),
    livenessMs: duration("livenessMs", 90_000),
    runtime: guard("runtime", () => {
      const metadata: unknown = options.runtime?.();
      if (isThenable(metadata)) return metadata as never;
      return isRecord(metadata) ? runtimeMetadata(metadata) : undefined;
    }),
    spend: guard("monthlySpendCents", () => options.monthlySpendCents?.()),
    delegations: resolveResultsOptions(options.delegations),
    emit: ownEmit,
  };
}

type ProviderName = "runtime" | "monthlySpendCents";

/**
 * Wraps a function of the user that must not fail or delay a beat: `undefined` when it throws or returns a promise.
 * The first time is reported.
 */
function guardProvider<T>(call: () => T | undefined, report: (reason: string) => void): () => T | undefined {
  let isReported = false;
  const reportOnce = (reason: string) => {
    if (!isReported) report(reason);
    isReported = true;
  };
  return () => {
    try {
      const value = call();
      if (!isThenable(value)) return value;
      // Handled, so that a rejection does not end the process.
      value.then(undefined, () => {});
      reportOnce("It returned a promise, and a beat waits for nothing: return the value itself.");
    } catch (error) {
      reportOnce(`It threw: ${errorMessage(error)}`);
    }
    return undefined;
  };
}

const MAX_INTERVAL_MS = 60_000;

function checkInterval(intervalMs: number): number {
  if (intervalMs <= MAX_INTERVAL_MS) return intervalMs;
  throw invalidArgument(
    `Expected \`intervalMs\` to be at most ${MAX_INTERVAL_MS}, got ${intervalMs}: the platform takes an external workspace for offline after 90 s without a beat.`,
  );
}

function checkFunction(given: unknown, name: string): void {
  if (given === undefined || typeof given === "function") return;
  throw invalidArgument(`Expected \`${name}\` to be a function, got ${quote(given)}.`);
}
