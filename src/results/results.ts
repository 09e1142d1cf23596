import type { ClientInternals } from "../client/internals";
import { configurationError, invalidArgument } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import type { Workspace } from "../identity/workspaces";
import { type ClaimedFile, createClaimedFile, createMemoryFile } from "../storage/claimed-file";
import { pathModule } from "../storage/file-system";
import { createLock, type DescribeHeld, LockHeldError } from "../storage/lock";
import { describeHolder } from "../storage/lock-holder";
import type { StateFolder } from "../storage/state-folder";
import { quote } from "../text/format";
import { describeDiskError } from "./failure-reporter";
import type { ResolvedResultsOptions } from "./options";
import { createResultsPoller, type ResultsPoller } from "./poller";
import type { DelegationResult } from "./result";
import { createResultsJournal } from "./results-journal";
import { createResultsStore, type ResultsStore } from "./results-store";
import { toUnannounced } from "./wake-up/message";

/** The results that have come home and wait to be read. */
export interface Results {
  /**
   * Those nobody has taken yet, oldest first. Their text was written by peers: data, not instructions.
   * Throws `configuration` when the file cannot be read.
   */
  read(): Promise<DelegationResult[]>;
  /**
   * Takes results away: they are not read again, and wake nobody. One that has not come home yet will not come: had
   * from `waitForDelegation`, for instance.
   * Throws `invalid_argument` for what is no list of ids, and `configuration` when the file cannot be written.
   */
  acknowledge(ids: readonly string[]): Promise<void>;
}

export interface ResultsOptions {
  internals: ClientInternals;
  workspace: Workspace;
  folder: StateFolder | undefined;
  /** `undefined` for a heartbeat that leaves delegations alone; what is in the file can be read all the same. */
  settings: ResolvedResultsOptions | undefined;
  timeoutMs: number;
  emit: Emit<HeartbeatEvent>;
}

const JOURNAL = ".delegations.json";
const RESULTS = "delegation_results.jsonl";

const describeHeld: DescribeHeld = (holder, path) =>
  `${describeHolder(holder, "another heartbeat of this process")} has ${path} and brings these results home`;

/** Everything about the results of one workspace's delegations. */
export function createResults(options: ResultsOptions): {
  results: Results;
  watch: ResultsPoller | undefined;
} {
  const { internals, workspace, folder, settings, timeoutMs, emit } = options;
  const workspaceId = workspace.id;
  const named = settings?.resultsFile ?? resultsFileOfEnvironment(internals, workspace);
  const file = resultsFile(folder, named, settings !== undefined);
  const journalPath = folder?.path(JOURNAL);
  const locks = journalPath === undefined ? [] : [createLock(`${journalPath}.lock`, describeHeld)];
  // A file elsewhere may be another workspace's as well.
  if (named !== undefined && file.path !== undefined)
    locks.push(createLock(`${file.path}.lock`, describeHeld));
  const inbox = createResultsStore({
    workspaceId,
    file,
    journal: createResultsJournal(journalPath),
    locks,
    toAnnounce: (result) => (settings?.announce ? toUnannounced(result, settings.summaries) : undefined),
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
  return {
    results: resultsOf(inbox, file.path),
    watch:
      settings &&
      createResultsPoller({ internals, workspace, settings, inbox, path: file.path, timeoutMs, emit }),
  };
}

/** The variable names one file, and several workspaces in one file would take each other's results. */
function resultsFileOfEnvironment({ env, workspaces }: ClientInternals, workspace: Workspace) {
  const named = env.DELEGATION_RESULTS_FILE?.trim();
  return named !== "" && workspace === workspaces.default ? named : undefined;
}

function resultsFile(
  folder: StateFolder | undefined,
  named: string | undefined,
  isWatched: boolean,
): ClaimedFile {
  if (folder === undefined) {
    if (named === undefined || !isWatched) return createMemoryFile();
    throw configurationError(
      "Results go to a file only with a state folder for what is remembered, and there is none: give `stateDir`.",
    );
  }
  return createClaimedFile(pathModule().resolve(named ?? folder.path(RESULTS)), "results");
}

function resultsOf(inbox: ResultsStore, path: string | undefined): Results {
  const explained = async <T>(what: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const advice =
        error instanceof LockHeldError
          ? " Acknowledge in that process, or take the whole file by renaming it."
          : "";
      throw configurationError(
        `The results at ${path ?? "hand"} cannot be ${what}: ${describeDiskError(error)}.${advice}`,
      );
    }
  };
  return {
    read: () => explained("read", inbox.read()),
    async acknowledge(ids) {
      if (!Array.isArray(ids) || !ids.every((id) => typeof id === "string")) {
        throw invalidArgument(`Expected \`ids\` to be a list of delegation ids, got ${quote(ids)}.`);
      }
      await explained("taken away", inbox.acknowledge(new Set(ids)));
    },
  };
}
