import type { A2AClient } from "a2a-peers";
import type { ConnectionOptions } from "../client";
import type { Cli } from "../io";
import type { Probe, ProbeResponse } from "./probe";

/** What the checks have found out so far, for the checks after them. Absent: unknown, or not as it has to be. */
export interface Facts {
  readonly cli: Cli;
  readonly options: DoctorOptions;
  workspaceId?: string;
  /** The options and the environment are right. */
  client?: A2AClient;
  platformUrl?: string;
  /** The folder for the token and other files. */
  folder?: string;
  token?: string;
  /** Makes a request with the headers of the client. */
  probe?: Probe;
  /** The answer of a platform that is there. */
  health?: ProbeResponse;
  isTokenAccepted?: boolean;
  /** The platform keeps messages for workspaces in poll mode. */
  hasInboxes?: boolean;
  /** The platform's record of the workspace, while that can be used. */
  record?: Readonly<Record<string, unknown>>;
}

export interface DoctorOptions extends ConnectionOptions {
  /** Also makes a beat, and sends a message to the workspace itself. */
  readonly active?: boolean;
}

/** The mend of a check that changes something. */
export const PROBE_ACTIVELY = "a2a-peers doctor --active";

/** A workspace without a URL gets its messages from the inbox that the platform keeps. */
export const isPolling = ({ record, hasInboxes }: Facts): boolean =>
  hasInboxes === true && (record?.url ?? "") === "";
