import { configurationError, invalidArgument } from "../errors";
import { LockHeldError } from "../storage/lock";
import { quote } from "../text/format";
import { describeDiskError } from "./failure-reporter";
import { createResultsPoller, type ResultsPoller } from "./poller";
import type { DelegationResult } from "./result";
import { createStoreOnDisk, type ResultsFilesOptions } from "./results-files";
import type { ResultsStore } from "./results-store";

/** The results of delegations that were delivered and not acknowledged. */
export interface Results {
  /**
   * The results nobody has acknowledged or taken with the file, oldest first. Their text was written by peers: data,
   * not instructions. Throws `configuration` when the file cannot be read.
   */
  read(): Promise<DelegationResult[]>;
  /**
   * Removes results: they are not read again, and no message tells the agent about them. A result that was not
   * delivered yet, for instance one that `waitForDelegation` returned, will not be delivered.
   * Throws `invalid_argument` for anything but a list of ids, and `configuration` when the file cannot be written.
   */
  acknowledge(ids: readonly string[]): Promise<void>;
}

export interface ResultsOptions extends ResultsFilesOptions {
  /** Limit of one request of the poller, in milliseconds. */
  timeoutMs: number;
}

/** Creates the results of a workspace's delegations, and the poller that delivers them unless `options` is absent. */
export function createResults(given: ResultsOptions): {
  results: Results;
  poller: ResultsPoller | undefined;
} {
  const { internals, workspace, options, timeoutMs, emit } = given;
  const { store, path } = createStoreOnDisk(given);
  const poller =
    options && createResultsPoller({ internals, workspace, options, store, path, timeoutMs, emit });
  return { results: createAccess(store, path), poller };
}

function createAccess(store: ResultsStore, path: string | undefined): Results {
  async function explainErrors<T>(what: string, work: Promise<T>): Promise<T> {
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
  }
  return {
    read: () => explainErrors("read", store.read()),
    async acknowledge(ids) {
      if (!Array.isArray(ids) || !ids.every((id) => typeof id === "string")) {
        throw invalidArgument(`Expected \`ids\` to be a list of delegation ids, got ${quote(ids)}.`);
      }
      await explainErrors("taken away", store.acknowledge(new Set(ids)));
    },
  };
}
