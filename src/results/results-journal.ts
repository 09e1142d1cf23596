import { createJournal, type Journal } from "../storage/journal";
import { isRecord, type JsonRecord } from "../text/json";
import { EMPTY_STATE, type PendingWakeUp, type ResultsState, type UnannouncedResult } from "./results-state";

export type ResultsJournal = Journal<ResultsState>;

/** Entries of each list but that of what was seen: ten times what the platform lists at once. */
const MAX_ENTRIES = 500;

/**
 * Ids of what was seen, beside those that the platform lists: twice the results that wait in memory for another holder
 * of the store, so that none is delivered again after that one has delivered it.
 */
const MAX_SEEN = 2000;

const VERSION = 1;

/** Creates the journal of a workspace's results; without a path it is in memory alone. */
export function createResultsJournal(path: string | undefined): ResultsJournal {
  return createJournal({ path, version: VERSION, empty: EMPTY_STATE, parse, bound });
}

function bound(state: ResultsState): ResultsState {
  const { seen, listed, foreign, unannounced } = state;
  return {
    ...state,
    seen: newestSeen(seen, listed),
    foreign: newest(foreign),
    unannounced: newest(unannounced),
  };
}

function newestSeen(seen: readonly string[], listed: readonly string[]): readonly string[] {
  const surplus = seen.length - MAX_SEEN;
  if (surplus <= 0) return seen;
  const kept = new Set(listed);
  return seen.filter((id, index) => index >= surplus || kept.has(id));
}

const newest = <T>(list: readonly T[]): readonly T[] => list.slice(-MAX_ENTRIES);

function parse({
  seen,
  listed = [],
  foreign,
  unannounced,
  announcement,
  toldAt,
}: JsonRecord): ResultsState | undefined {
  if (toldAt !== undefined && typeof toldAt !== "number") return undefined;
  if (!isTextList(seen) || !isTextList(listed) || !isTextList(foreign)) return undefined;
  if (!Array.isArray(unannounced)) return undefined;
  if (!unannounced.every(isUnannounced)) return undefined;
  if (announcement !== undefined && !isPendingWakeUp(announcement)) return undefined;
  return { seen, listed, foreign, unannounced, announcement, toldAt };
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

const isUnannounced = (value: unknown): value is UnannouncedResult =>
  isRecord(value) &&
  typeof value.id === "string" &&
  typeof value.status === "string" &&
  (value.summary === undefined || typeof value.summary === "string") &&
  (value.error === undefined || typeof value.error === "string");

const isPendingWakeUp = (value: unknown): value is PendingWakeUp =>
  isRecord(value) &&
  typeof value.messageId === "string" &&
  isTextList(value.ids) &&
  typeof value.unfinished === "number";
