import { join } from "node:path";
import type { DelegationResult } from "../../../src/results/result";
import { createResultsJournal, type ResultsJournal } from "../../../src/results/results-journal";
import { createResultsStore, type ResultsStore } from "../../../src/results/results-store";
import type { ResultsStoreOptions } from "../../../src/results/store-session";
import { createClaimedFile } from "../../../src/storage/claimed-file";
import { OWN, PEER } from "../../helpers/ids";

export const result = (id: string, fields: Partial<DelegationResult> = {}): DelegationResult => ({
  delegation_id: id,
  target_id: PEER,
  source_id: OWN,
  status: "completed",
  summary: "summary",
  response_preview: `preview of ${id}`,
  error: "",
  timestamp: 1_777_777_777.25,
  ...fields,
});

/** `count` ids: `prefix` with numbers from `first`. */
export const ids = (count: number, prefix = "d-", first = 0): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${first + index}`);

export const results = (names: readonly string[]): DelegationResult[] => names.map((id) => result(id));

export const lineOf = (id: string): string => JSON.stringify(result(id));

export interface TestStore extends ResultsStore {
  path: string;
  journalPath: string;
  journal: ResultsJournal;
  /** Numbers of dropped lines, one for each update. */
  dropped: number[];
}

/** Creates a store over a folder, as a process does that has just started. */
export function createStoreOn(
  folder: string,
  given: Partial<Pick<ResultsStoreOptions, "file" | "journal">> = {},
): TestStore {
  const path = join(folder, "delegation_results.jsonl");
  const journalPath = join(folder, ".delegations.json");
  const file = given.file ?? createClaimedFile(path);
  const journal = given.journal ?? createResultsJournal(journalPath);
  const dropped: number[] = [];
  const store = createResultsStore({
    workspaceId: OWN,
    file,
    journal,
    // One process acts as several, one after the other.
    locks: [],
    toUnannounced: ({ delegation_id: id, status }) => ({ id, status }),
    beforeWriting: () => {},
    onCorrupt: () => {},
    onDropped: (count) => void dropped.push(count),
  });
  return {
    ...store,
    get state() {
      return store.state;
    },
    path,
    journalPath,
    journal,
    dropped,
  };
}

/** Ids of the results in the file, in order. */
export const waitingIn = async (store: ResultsStore): Promise<string[]> =>
  (await store.read()).map(({ delegation_id: id }) => id);
