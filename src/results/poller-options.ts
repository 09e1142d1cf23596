import type { ClientInternals } from "../client/internals";
import type { Emit, HeartbeatEvent } from "../events";
import type { Workspace } from "../identity/workspaces";
import type { ResolvedResultsOptions } from "./options";
import type { ResultsStore } from "./results-store";

export interface ResultsPollerOptions {
  internals: ClientInternals;
  workspace: Workspace;
  options: ResolvedResultsOptions;
  store: ResultsStore;
  /** Path of the results file; `undefined` when the results are in memory. */
  path: string | undefined;
  /** Limit of one request, in milliseconds. */
  timeoutMs: number;
  emit: Emit<HeartbeatEvent>;
}

/** The part of a poller that changes. */
export interface PollerState {
  /** Aborts all requests; replaced by the first beat after a halt. */
  controller: AbortController;
  /** The poll under way, or what is done in its place. */
  running: Promise<void> | undefined;
  /** A page was processed, so the store is in use. */
  hasPolled: boolean;
}
