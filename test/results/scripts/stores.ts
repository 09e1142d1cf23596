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

/** `count` ids from `prefix` and the number `first` on. */
export const ids = (count: number, prefix = "d-", first = 0): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${first + index}`);

export const results = (names: readonly string[]): DelegationResult[] => names.map((id) => result(id));

export const lineOf = (id: string): string => JSON.stringify(result(id));

export interface OpenInbox extends ResultsStore {
  path: string;
  journalPath: string;
  journal: ResultsJournal;
  /** How many had to make room, each time. */
  dropped: number[];
}

/** An inbox over a folder, as a process has it that was just started. */
export function inboxOver(
  folder: string,
  given: Partial<Pick<ResultsStoreOptions, "file" | "journal">> = {},
): OpenInbox {
  const path = join(folder, "delegation_results.jsonl");
  const journalPath = join(folder, ".delegations.json");
  const file = given.file ?? createClaimedFile(path);
  const journal = given.journal ?? createResultsJournal(journalPath);
  const dropped: number[] = [];
  const inbox = createResultsStore({
    workspaceId: OWN,
    file,
    journal,
    // One process plays several, one after the other.
    locks: [],
    toUnannounced: ({ delegation_id: id, status }) => ({ id, status }),
    beforeWriting: () => {},
    onCorrupt: () => {},
    onDropped: (count) => void dropped.push(count),
  });
  return {
    ...inbox,
    get state() {
      return inbox.state;
    },
    path,
    journalPath,
    journal,
    dropped,
  };
}

/** Ids of what waits in the file, in order. */
export const waitingIn = async (inbox: ResultsStore): Promise<string[]> =>
  (await inbox.read()).map(({ delegation_id: id }) => id);
