import { displayName, type PeerRecord } from "a2a-peers";
import type { CliIo } from "./io";
import { createColors, toLine } from "./output";
import { formatTable } from "./table";
import { truncate } from "./wrap";

/** Columns of an id, and of the spaces between four columns. */
const ID_WIDTH = 36;
const SPACES = 6;
const MIN_WIDTH = 8;

/** A table of peers: name, role, status and id. On a terminal long names and roles are cut, so that no row wraps. */
export function formatPeers(io: CliIo, peers: readonly PeerRecord[]): string {
  const { stdout } = io;
  const colors = createColors(io, stdout);
  const statuses = peers.map(({ status = "" }) => toLine(status));
  const statusWidth = Math.max(...statuses.map(({ length }) => length));
  const left = (stdout.columns || 80) - ID_WIDTH - SPACES - statusWidth;
  const width = stdout.isTTY === true ? Math.max(MIN_WIDTH, Math.floor(left / 2)) : Number.POSITIVE_INFINITY;
  const rows = peers.map((peer, index) => {
    const status = statuses[index] ?? "";
    return [
      truncate(displayName(peer), width),
      truncate(toLine(peer.role ?? ""), width),
      status === "online" ? colors.green(status) : status,
      peer.id,
    ];
  });
  return formatTable(io, ["Name", "Role", "Status", "Id"], rows);
}
