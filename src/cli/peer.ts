import { type A2AClient, displayName, type PeerRecord, parsePeerId } from "a2a-peers";
import { CommandError, UsageError } from "./command-errors";
import { toLine } from "./output";

/** A peer as the command line names it. */
export interface Peer {
  readonly id: string;
  /** Its name where it is known, else the beginning of its id. */
  readonly label: string;
}

/**
 * The peer with an id or a name. A name is looked up in the peer list, whatever its case; it has to be that of one peer
 * alone. Throws a {@link UsageError} that lists the candidates.
 */
export async function resolvePeer(client: A2AClient, given: string, signal: AbortSignal): Promise<Peer> {
  const id = parsePeerId(given);
  if (id !== null) return { id, label: toLine(client.peerName(id) ?? id.slice(0, 8)) };
  const { peers, diagnostic } = await client.listPeers({ signal });
  const wanted = given.trim().toLowerCase();
  const named = peers.filter((peer) =>
    [displayName(peer), peer.name].some((name) => name?.trim().toLowerCase() === wanted),
  );
  const [peer, ...others] = named;
  if (peer !== undefined && others.length === 0) return { id: peer.id, label: displayName(peer) };
  if (peers.length === 0 && diagnostic !== null) {
    throw new CommandError(`No peer can be found by its name: ${diagnostic.message}`);
  }
  throw new UsageError(peer === undefined ? describeUnknown(given, peers) : describeAmbiguous(given, named));
}

const MAX_LISTED = 10;

function describeUnknown(given: string, peers: readonly PeerRecord[]): string {
  if (peers.length === 0) return `This workspace has no peers, so none is named ${quote(given)}`;
  const names = peers.slice(0, MAX_LISTED).map(displayName).join(", ");
  const more = peers.length > MAX_LISTED ? ` and ${peers.length - MAX_LISTED} more` : "";
  return `No peer is named ${quote(given)}. The peers are: ${names}${more}; see \`a2a-peers peers\``;
}

function describeAmbiguous(given: string, named: readonly PeerRecord[]): string {
  const candidates = named.slice(0, MAX_LISTED).map(({ id, status = "unknown" }) => `${id} (${status})`);
  return `${named.length} peers are named ${quote(given)}: ${candidates.join(", ")}. Give the id of one`;
}

const quote = (text: string): string => `'${text.trim().slice(0, 120)}'`;
