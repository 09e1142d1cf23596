import type { ClientInternals } from "../client/internals";
import { configurationError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import type { Workspace } from "../identity/workspaces";
import { type ClaimedFile, createClaimedFile, createMemoryFile } from "../storage/claimed-file";
import { pathModule } from "../storage/file-system";
import { createLock, type DescribeHeld } from "../storage/lock";
import { describeHolder } from "../storage/lock-holder";
import { createSharedLock } from "../storage/shared-lock";
import type { StateFolder } from "../storage/state-folder";
import { toSingleLine } from "../text/sanitize";
import type { ResolvedResultsOptions } from "./options";
import { createResultsJournal } from "./results-journal";
import { createResultsStore, type ResultsStore } from "./results-store";
import { toUnannounced } from "./wake-up/message";

const JOURNAL = ".delegations.json";
const RESULTS = "delegation_results.jsonl";

export interface ResultsFilesOptions {
  internals: ClientInternals;
  workspace: Workspace;
  /** `undefined` without a file system: the results are in memory. */
  folder: StateFolder | undefined;
  /** `undefined` when nobody polls for results; the store can be read and acknowledged all the same. */
  options: ResolvedResultsOptions | undefined;
  emit: Emit<HeartbeatEvent>;
}

/** Opens no file yet. Throws `configuration` for a results file without a state folder. */
export function createStoreOnDisk(files: ResultsFilesOptions): {
  store: ResultsStore;
  /** Path of the results file; `undefined` when the results are in memory. */
  path: string | undefined;
} {
  const { internals, workspace, folder, options, emit } = files;
  const workspaceId = workspace.id;
  const named = options?.resultsFile ?? resultsFileOfEnvironment(internals, workspace);
  const file = createResultsFile(folder, named, options !== undefined);
  const journalPath = folder?.path(JOURNAL);
  const locks =
    journalPath === undefined ? [] : [createSharedLock(`${journalPath}.lock`, "results", describeHeld)];
  // A results file of its own name may be shared with other workspaces.
  if (named !== undefined && file.path !== undefined)
    locks.push(createLock(`${file.path}.lock`, describeFileHeld(workspaceId), workspaceId));
  const store = createResultsStore({
    workspaceId,
    file,
    journal: createResultsJournal(journalPath),
    locks,
    toUnannounced: (result) => (options?.announce ? toUnannounced(result, options.summaries) : undefined),
    beforeWriting() {
      folder?.claim();
      if (folder?.path(JOURNAL) === journalPath) return;
      throw new Error(
        `${journalPath} belongs to another workspace by now; give this one a \`stateDir\` of its own`,
      );
    },
    onCorrupt: () =>
      emit({
        type: "delegations.store_failed",
        workspaceId,
        consecutive: 1,
        reason: `${journalPath} is damaged, so it is not known which results were delivered; those the platform lists are delivered again`,
      }),
    onDropped: (count) => emit({ type: "delegations.dropped", workspaceId, count }),
  });
  return { store, path: file.path };
}

const describeHeld: DescribeHeld = (holder, path) =>
  `${describeHolder(holder, "another heartbeat of this process")} has ${path} and brings these results home`;

/** A results file that another workspace writes is a mistake in the configuration, and no other heartbeat of this one. */
const describeFileHeld =
  (workspaceId: string): DescribeHeld =>
  (holder, path) => {
    const { purpose } = holder;
    if (purpose === undefined || purpose === workspaceId) return describeHeld(holder, path);
    return `${describeHolder(holder, "another heartbeat of this process")} has ${path} for another workspace (${toSingleLine(purpose, 64)}): give each workspace a \`resultsFile\` of its own. Until then results are kept in memory`;
  };

/** DELEGATION_RESULTS_FILE counts for the default workspace only: two workspaces would take each other's results. */
function resultsFileOfEnvironment({ env, workspaces }: ClientInternals, workspace: Workspace) {
  const named = env.DELEGATION_RESULTS_FILE?.trim();
  return named !== "" && workspaces.isDefault(workspace) ? named : undefined;
}

function createResultsFile(
  folder: StateFolder | undefined,
  named: string | undefined,
  isPolled: boolean,
): ClaimedFile {
  if (folder === undefined) {
    if (named === undefined || !isPolled) return createMemoryFile();
    throw configurationError(
      "Results go to a file only with a state folder for what is remembered, and there is none: give `stateDir`.",
    );
  }
  return createClaimedFile(pathModule().resolve(named ?? folder.path(RESULTS)), "results");
}
