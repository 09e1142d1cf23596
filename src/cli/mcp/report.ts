import type { A2AEvent } from "a2a-peers";
import { describeEvent } from "a2a-peers/logging";
import type { CliIo } from "../io";
import { printNote } from "../output";

/** Writes to standard error, which hosts keep as the log of the server, what a person has to know. */
export interface Report {
  registered(workspaceId: string): void;
  registrationFailed(workspaceId: string, error: Error, isTriedAgain: boolean): void;
  /** Reports the few events that ask for something to be done. */
  event(event: A2AEvent): void;
  failed(error: unknown): void;
}

export function createReport(io: CliIo): Report {
  /** Workspaces whose token was reported as refused; it is accepted again once a beat is. */
  const refused = new Set<string>();
  const print = (workspaceId: string, text: string) =>
    printNote(io, `a2a-peers mcp: workspace ${workspaceId}: ${text}`);

  function printRefused(workspaceId: string): void {
    if (refused.has(workspaceId)) return;
    refused.add(workspaceId);
    print(workspaceId, TOKEN_REFUSED);
  }

  return {
    registered(workspaceId) {
      refused.delete(workspaceId);
      print(workspaceId, "registered in poll mode, and beating.");
    },
    registrationFailed(workspaceId, error, isTriedAgain) {
      const next = isTriedAgain
        ? "The registration is tried again until it succeeds; the tools are there."
        : "It is not tried again; mend this and start the server anew.";
      print(workspaceId, `could not be registered: ${error.message} ${next}`);
    },
    event(event) {
      if (event.type === "heartbeat.unauthorized") printRefused(event.workspaceId);
      else if (event.type === "heartbeat.sent") refused.delete(event.workspaceId);
      else if (event.type === "inbox.held_elsewhere")
        print(event.workspaceId, `${event.reason}. ${HELD_ELSEWHERE}`);
      // A refused token has a line of its own.
      else if (event.type === "heartbeat.overdue" && event.code === "unauthorized") return;
      else if (REPORTED.has(event.type) && "workspaceId" in event)
        print(event.workspaceId, describeEvent(event).sentence);
    },
    failed: (error) =>
      printNote(io, `a2a-peers mcp: ${error instanceof Error ? error.message : String(error)}`),
  };
}

const TOKEN_REFUSED =
  "the platform has refused the token three times in a row: it was revoked, or is another workspace's. Get a new token for the workspace from the platform, put it in the configuration of this server (MOLECULE_WORKSPACE_TOKEN, or its entry in MOLECULE_WORKSPACES) and restart the host. Until then peers do not reach this workspace, and its tools answer with this error.";

const HELD_ELSEWHERE =
  "This server serves the tools without its messages, and takes over when that process ends.";

/** Events that are reported with their sentences. */
const REPORTED: ReadonlySet<A2AEvent["type"]> = new Set<A2AEvent["type"]>([
  "heartbeat.removed",
  "heartbeat.overdue",
  "heartbeat.registered_again",
  "inbox.dead_letter",
  "inbox.store_failed",
  "registration.warning",
  "token.store_failed",
]);
