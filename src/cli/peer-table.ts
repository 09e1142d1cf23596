import { displayName, type PeerRecord } from "a2a-peers";
import type { CliIo } from "./io";
import { createColors } from "./output";
import { formatTable } from "./table";

/** A table of peers: name, role, status and id. */
export function formatPeers(io: CliIo, peers: readonly PeerRecord[]): string {
  const colors = createColors(io, io.stdout);
  const rows = peers.map((peer) => {
    const { status = "" } = peer;
    return [displayName(peer), peer.role ?? "", status === "online" ? colors.green(status) : status, peer.id];
  });
  return formatTable(io, ["Name", "Role", "Status", "Id"], rows);
}
