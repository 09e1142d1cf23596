import { peerLabel } from "../messaging/delegate-task";
import type { ToolContext } from "./context";

/** Runs `work` as a task that the heartbeat reports, where there is one. */
export async function trackTask<T>(
  { client, heartbeat }: ToolContext,
  peerId: string,
  work: () => Promise<T>,
): Promise<T> {
  const task = heartbeat?.beginTask(`Waiting for ${peerLabel(client, peerId)}`);
  try {
    return await work();
  } finally {
    task?.end();
  }
}
