import { parsePeerId } from "../validation/peer-id";
import type { ToolContext } from "./context";

/**
 * Lists the peers when a model gave a name in place of an id, so that the refusal can suggest the peers it may mean.
 * A platform that does not answer changes nothing. Rejects with the signal's reason when it is aborted.
 */
export async function learnNames(
  { client, workspaceIds }: ToolContext,
  peerId: string,
  source: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (parsePeerId(peerId) !== null) return;
  const sources = source === undefined ? workspaceIds : [source];
  await Promise.all(sources.map((each) => client.listPeers({ source: each, signal })));
}
