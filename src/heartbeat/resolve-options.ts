import type { ClientInternals } from "../client/internals";
import { invalidArgument } from "../errors";
import { type Emit, type HeartbeatEvent, safeHook } from "../events";
import type { Workspace } from "../identity/workspaces";
import { type ResolvedResultsOptions, resolveResultsOptions } from "../results/options";
import { isThenable } from "../runtime/thenable";
import { quote } from "../text/format";
import { isRecord } from "../text/json";
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

/** Validates the options and adds the defaults. Throws `invalid_argument`. */
export function resolveHeartbeatOptions(
  internals: ClientInternals,
  options: HeartbeatOptions,
): ResolvedHeartbeatOptions {
  if (typeof options !== "object" || options === null) {
    throw invalidArgument(`Expected the options to be an object, got ${quote(options)}.`);
  }
  const { workspaces, emit } = internals;
  const duration = (name: "intervalMs" | "timeoutMs" | "livenessMs", standard: number) =>
    checkMilliseconds(options[name] ?? standard, name, invalidArgument);
  const stateDir: unknown = options.stateDir;
  if (stateDir !== undefined && (typeof stateDir !== "string" || stateDir.trim() === "")) {
    throw invalidArgument(`Expected \`stateDir\` to be the path of a folder, got ${quote(stateDir)}.`);
  }
  checkFunction(options.onEvent, "onEvent");
  checkFunction(options.runtime, "runtime");
  checkFunction(options.monthlySpendCents, "monthlySpendCents");
  return {
    workspace: workspaces.named(options.source) ?? workspaces.default,
    intervalMs: duration("intervalMs", 30_000),
    timeoutMs: duration("timeoutMs", 10_000),
    livenessMs: duration("livenessMs", 180_000),
    runtime: ignoreErrors(() => {
      const metadata: unknown = options.runtime?.();
      if (isThenable(metadata)) return metadata as never;
      return isRecord(metadata) ? runtimeMetadata(metadata) : undefined;
    }),
    spend: ignoreErrors(() => options.monthlySpendCents?.()),
    delegations: resolveResultsOptions(options.delegations),
    emit: options.onEvent === undefined ? emit : safeHook(options.onEvent),
  };
}

/** Wraps a function of the user that must not fail a beat: `undefined` when it throws or returns a promise. */
function ignoreErrors<T>(call: () => T | undefined): () => T | undefined {
  return () => {
    try {
      const value = call();
      if (!isThenable(value)) return value;
      // A beat waits for nothing. Handled, so that a rejection does not end the process.
      value.then(undefined, () => {});
    } catch {
      // The beat is sent without the value.
    }
    return undefined;
  };
}

function checkFunction(given: unknown, name: string): void {
  if (given === undefined || typeof given === "function") return;
  throw invalidArgument(`Expected \`${name}\` to be a function, got ${quote(given)}.`);
}
