import { invalidArgument } from "../errors";
import { parsePeerId } from "../validation/peer-id";
import type { ToolContext } from "./context";

/**
 * Refuses the own workspace as a peer, and lists the peers when a model gave a name in place of an id, so that the
 * refusal of the client can suggest the peers it may mean. Throws `invalid_argument`, or the signal's reason.
 */
export async function checkPeer(
  { client, workspaceIds }: ToolContext,
  peerId: string,
  source: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const id = parsePeerId(peerId);
  if (id === null) {
    const sources = source === undefined ? workspaceIds : [source];
    await Promise.all(sources.map((each) => client.listPeers({ source: each, signal })));
  } else if (id === (source ?? (workspaceIds.length === 1 ? workspaceIds[0] : undefined))) {
    throw invalidArgument(
      `${id} is this agent's own workspace, and you would wait for yourself. Do the task yourself, or choose a peer of list_peers. Nothing was sent.`,
    );
  }
}
