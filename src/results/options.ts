import { invalidArgument } from "../errors";
import { quote } from "../text/format";
import { isRecord } from "../text/json";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import { checkMilliseconds } from "../validation/options";

/** How results of delegations are polled for, stored and announced. */
export interface DelegationWatchOptions {
  /**
   * Path of the file the results are written to, one JSON object per line.
   * @default DELEGATION_RESULTS_FILE for the client's default workspace, else `delegation_results.jsonl` in the state folder
   */
  resultsFile?: string | undefined;
  /** Sends a message to the own agent when results were delivered. @default true */
  announce?: boolean | undefined;
  /** Lets that message quote what peers wrote about their results: cleaned, cut and marked as data. @default false */
  summaries?: boolean | undefined;
  /** From one such message to the next, in milliseconds, above 0. @default 60000 */
  cooldownMs?: number | undefined;
  /** Shows each result to the user of the workspace, too. @default true */
  notify?: boolean | undefined;
  /** Delivers also what was finished before the workspace first polled for results. @default false */
  replayOld?: boolean | undefined;
}

/** Options after validation. */
export interface ResolvedResultsOptions {
  resultsFile: string | undefined;
  announce: boolean;
  summaries: boolean;
  cooldownMs: number;
  notify: boolean;
  replayOld: boolean;
}

const NAMES: OptionNames<DelegationWatchOptions> = {
  resultsFile: true, announce: true, summaries: true, cooldownMs: true, notify: true, replayOld: true,
}; // biome-ignore format: one list

/** Validates the options; `undefined` for `false`. Throws `invalid_argument`. */
export function resolveResultsOptions(given: unknown): ResolvedResultsOptions | undefined {
  if (given === false) return undefined;
  const options = given ?? {};
  if (!isRecord(options)) {
    throw invalidArgument(`Expected \`delegations\` to be false or an object, got ${quote(given)}.`);
  }
  checkOptionNames(options, NAMES, invalidArgument, "delegations.");
  const { resultsFile } = options;
  if (resultsFile !== undefined && (typeof resultsFile !== "string" || resultsFile.trim() === "")) {
    throw invalidArgument(
      `Expected \`delegations.resultsFile\` to be the path of a file, got ${quote(resultsFile)}.`,
    );
  }
  const flag = (name: "announce" | "summaries" | "notify" | "replayOld", standard: boolean): boolean => {
    const value = options[name] ?? standard;
    if (typeof value === "boolean") return value;
    throw invalidArgument(`Expected \`delegations.${name}\` to be true or false, got ${quote(value)}.`);
  };
  return {
    resultsFile: resultsFile as string | undefined,
    announce: flag("announce", true),
    summaries: flag("summaries", false),
    cooldownMs: checkMilliseconds(options.cooldownMs ?? 60_000, "delegations.cooldownMs", invalidArgument),
    notify: flag("notify", true),
    replayOld: flag("replayOld", false),
  };
}
