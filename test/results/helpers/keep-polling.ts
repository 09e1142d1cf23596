import type { A2AClient } from "a2a-peers";
import { getInternals } from "../../../src/client/internals";

/** Gives the client a delegation that never comes back, so that its heartbeat polls after each beat for an hour. */
export function keepPolling(client: A2AClient, workspaceId: string): void {
  (getInternals(client).outstanding as Map<string, string>).set("never-listed", workspaceId);
}
