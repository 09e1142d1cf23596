import { createJournal, type Journal } from "../storage/journal";
import { isRecord, type JsonRecord } from "../text/json";

/** A result that was delivered and that no wake-up message has told the agent about yet. */
export interface UnannouncedResult {
  readonly id: string;
  readonly status: string;
  readonly summary?: string;
  readonly error?: string;
}

/** A wake-up message whose sending has begun: sent again under the same id until it is known to have arrived. */
export interface PendingWakeUp {
  readonly messageId: string;
  /** Delegation ids. */
  readonly ids: readonly string[];
  /** How often in a row the process ended while the message was being sent. */
  readonly unfinished: number;
}

/** What is known about results over restarts. The file has the same field names. */
export interface ResultsState {
  /** Delegations whose result was delivered or is not wanted, oldest first. */
  readonly seen: readonly string[];
  /** Delegations of other workspaces that were reported, oldest first. */
  readonly foreign: readonly string[];
  readonly unannounced: readonly UnannouncedResult[];
  readonly announcement: PendingWakeUp | undefined;
  /** When the last wake-up message began to be sent, in milliseconds since 1970. */
  readonly toldAt: number | undefined;
}

export type ResultsJournal = Journal<ResultsState>;

/** Entries of each list, at most: ten times what the platform lists at once. */
const MAX_ENTRIES = 500;

const VERSION = 1;
const EMPTY: ResultsState = {
  seen: [],
  foreign: [],
  unannounced: [],
  announcement: undefined,
  toldAt: undefined,
};

/** Creates the journal of a workspace's results; without a path it is in memory alone. */
export function createResultsJournal(path: string | undefined): ResultsJournal {
  return createJournal({ path, version: VERSION, empty: EMPTY, parse, bound });
}

function bound(state: ResultsState): ResultsState {
  const { seen, foreign, unannounced } = state;
  return { ...state, seen: newest(seen), foreign: newest(foreign), unannounced: newest(unannounced) };
}

const newest = <T>(list: readonly T[]): readonly T[] => list.slice(-MAX_ENTRIES);

function parse({ seen, foreign, unannounced, announcement, toldAt }: JsonRecord): ResultsState | undefined {
  if (toldAt !== undefined && typeof toldAt !== "number") return undefined;
  if (!isTexts(seen) || !isTexts(foreign) || !Array.isArray(unannounced)) return undefined;
  if (!unannounced.every(isUnannounced)) return undefined;
  if (announcement !== undefined && !isPendingWakeUp(announcement)) return undefined;
  return { seen, foreign, unannounced, announcement, toldAt };
}

const isTexts = (value: unknown): value is string[] =>
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
  isTexts(value.ids) &&
  typeof value.unfinished === "number";
