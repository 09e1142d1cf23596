import { createJournal, type Journal } from "../storage/journal";
import { isRecord, type JsonRecord } from "../text/json";
import { EMPTY_STATE, type PendingWakeUp, type ResultsState, type UnannouncedResult } from "./results-state";

export type ResultsJournal = Journal<ResultsState>;

/** Entries of each list, at most: ten times what the platform lists at once. */
const MAX_ENTRIES = 500;

const VERSION = 1;

/** Creates the journal of a workspace's results; without a path it is in memory alone. */
export function createResultsJournal(path: string | undefined): ResultsJournal {
  return createJournal({ path, version: VERSION, empty: EMPTY_STATE, parse, bound });
}

function bound(state: ResultsState): ResultsState {
  const { seen, foreign, unannounced } = state;
  return { ...state, seen: newest(seen), foreign: newest(foreign), unannounced: newest(unannounced) };
}

const newest = <T>(list: readonly T[]): readonly T[] => list.slice(-MAX_ENTRIES);

function parse({ seen, foreign, unannounced, announcement, toldAt }: JsonRecord): ResultsState | undefined {
  if (toldAt !== undefined && typeof toldAt !== "number") return undefined;
  if (!isTextList(seen) || !isTextList(foreign) || !Array.isArray(unannounced)) return undefined;
  if (!unannounced.every(isUnannounced)) return undefined;
  if (announcement !== undefined && !isPendingWakeUp(announcement)) return undefined;
  return { seen, foreign, unannounced, announcement, toldAt };
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
