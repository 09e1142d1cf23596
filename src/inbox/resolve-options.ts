import type { ClientInternals } from "../client/internals";
import { invalidArgument } from "../errors";
import type { Emit, InboxEvent } from "../events";
import type { Workspace } from "../identity/workspaces";
import { quote } from "../text/format";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import { checkMilliseconds } from "../validation/options";
import type { InboxOptions } from "./options";

/** Options after validation. */
export interface ResolvedInboxOptions {
  readonly workspace: Workspace;
  readonly stateDir: string | undefined;
  readonly pollIntervalMs: number;
  readonly idleIntervalMs: number;
  readonly timeoutMs: number;
  readonly lookBackMs: number;
  readonly concurrency: number;
  readonly visibilityMs: number;
  readonly maxAttempts: number;
  readonly emit: Emit<InboxEvent>;
}

/** The platform looks back 30 days at most. */
const LONGEST_LOOK_BACK_MS = 2_592_000_000;

const NAMES: OptionNames<InboxOptions> = {
  source: true, stateDir: true, pollIntervalMs: true, idleIntervalMs: true, timeoutMs: true, lookBackMs: true,
  concurrency: true, visibilityMs: true, maxAttempts: true, onEvent: true,
}; // biome-ignore format: one list

/** Throws `invalid_argument`, naming the option. */
export function resolveInboxOptions(internals: ClientInternals, options: InboxOptions): ResolvedInboxOptions {
  if (typeof options !== "object" || options === null) {
    throw invalidArgument(`Expected the options to be an object, got ${quote(options)}.`);
  }
  checkOptionNames(options, NAMES, invalidArgument);
  const { workspaces, emitTo } = internals;
  const pollIntervalMs = duration(options.pollIntervalMs ?? 5000, "pollIntervalMs");
  const idleIntervalMs = duration(
    options.idleIntervalMs ?? Math.max(30_000, pollIntervalMs),
    "idleIntervalMs",
  );
  if (idleIntervalMs < pollIntervalMs) {
    throw invalidArgument(
      `Expected \`idleIntervalMs\` (${idleIntervalMs}) to be at least \`pollIntervalMs\` (${pollIntervalMs}).`,
    );
  }
  if (options.onEvent !== undefined && typeof options.onEvent !== "function") {
    throw invalidArgument(`Expected \`onEvent\` to be a function, got ${quote(options.onEvent)}.`);
  }
  return {
    workspace: workspaces.lasting(options.source),
    stateDir: folder(options.stateDir),
    pollIntervalMs,
    idleIntervalMs,
    timeoutMs: duration(options.timeoutMs ?? 10_000, "timeoutMs"),
    lookBackMs: lookBack(options.lookBackMs ?? 600_000),
    concurrency: wholeNumber(options.concurrency ?? 1, "concurrency", 1024),
    visibilityMs: duration(options.visibilityMs ?? 300_000, "visibilityMs"),
    maxAttempts: wholeNumber(options.maxAttempts ?? 5, "maxAttempts", 1000),
    emit: emitTo(options.onEvent),
  };
}

const duration = (value: unknown, name: string): number => checkMilliseconds(value, name, invalidArgument);

function lookBack(value: unknown): number {
  if (typeof value === "number" && value >= 0 && value <= LONGEST_LOOK_BACK_MS) return value;
  throw invalidArgument(
    `Expected \`lookBackMs\` to be 0 to ${LONGEST_LOOK_BACK_MS} milliseconds (30 days), got ${quote(value)}.`,
  );
}

function folder(value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value.trim() !== "")) return value;
  throw invalidArgument(`Expected \`stateDir\` to be the path of a folder, got ${quote(value)}.`);
}

function wholeNumber(value: unknown, name: string, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw invalidArgument(`Expected \`${name}\` to be a whole number from 1 to ${most}, got ${quote(value)}.`);
}
