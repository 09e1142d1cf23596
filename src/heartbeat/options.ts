import type { ClientInternals } from "../client/internals";
import { invalidArgument } from "../errors";
import { type Emit, type HeartbeatEvent, safeHook } from "../events";
import type { Workspace } from "../identity/workspaces";
import {
  type DelegationWatchOptions,
  type ResolvedResultsOptions,
  resolveResultsOptions,
} from "../results/options";
import { isThenable } from "../runtime/thenable";
import { quote } from "../text/format";
import { isRecord } from "../text/json";
import { checkMilliseconds } from "../validation/options";
import { type RuntimeMetadata, runtimeMetadata } from "./beat-payload";

export interface HeartbeatOptions {
  /** Id of the own workspace to keep alive. @default the client's default workspace */
  source?: string | undefined;
  /** From the start of one beat to the start of the next, in milliseconds, give or take 10 %. @default 30000 */
  intervalMs?: number | undefined;
  /** One beat, in milliseconds. @default 10000 */
  timeoutMs?: number | undefined;
  /** How long the platform believes in the workspace without a beat, in milliseconds. @default 180000 */
  livenessMs?: number | undefined;
  /**
   * Folder of the inbound secret, of results and of what has to be remembered, private to this user.
   * @default CONFIGS_DIR, else /configs where that is writable, else ~/.molecule-workspace
   */
  stateDir?: string | undefined;
  /** What the runtime declares of itself, asked for at each beat. May throw: that beat then declares nothing. */
  runtime?: (() => RuntimeMetadata | undefined) | undefined;
  /** Spend of the month so far in US cents, asked for at each beat. May throw. */
  monthlySpendCents?: (() => number | undefined) | undefined;
  /** Results of delegations: on by default; false leaves them alone. */
  delegations?: false | DelegationWatchOptions | undefined;
  /** @default the client's */
  onEvent?: ((event: HeartbeatEvent) => void) | undefined;
}

/** Options after validation. */
export interface ResolvedHeartbeat {
  workspace: Workspace;
  intervalMs: number;
  timeoutMs: number;
  livenessMs: number;
  runtime: () => Record<string, unknown> | undefined;
  spend: () => number | undefined;
  delegations: ResolvedResultsOptions | undefined;
  emit: Emit<HeartbeatEvent>;
}

export function resolveHeartbeat(internals: ClientInternals, options: HeartbeatOptions): ResolvedHeartbeat {
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
    runtime: harmless(() => {
      const metadata: unknown = options.runtime?.();
      if (isThenable(metadata)) return metadata as never;
      return isRecord(metadata) ? runtimeMetadata(metadata) : undefined;
    }),
    spend: harmless(() => options.monthlySpendCents?.()),
    delegations: resolveResultsOptions(options.delegations),
    emit: options.onEvent === undefined ? emit : safeHook(options.onEvent),
  };
}

/** What asks the user's code may throw without harm to the beat. */
function harmless<T>(ask: () => T | undefined): () => T | undefined {
  return () => {
    try {
      const answer = ask();
      if (!isThenable(answer)) return answer;
      // A beat does not wait for anybody; a promise is no answer, and no unhandled rejection either.
      answer.then(undefined, () => {});
    } catch {
      // The beat says what it can without it.
    }
    return undefined;
  };
}

function checkFunction(given: unknown, name: string): void {
  if (given === undefined || typeof given === "function") return;
  throw invalidArgument(`Expected \`${name}\` to be a function, got ${quote(given)}.`);
}
