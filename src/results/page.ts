import { type Delegation, isFinal, parseDelegations } from "../delegation/parse-delegations";
import { isRecord, type JsonRecord } from "../text/json";
import { parsePeerId } from "../validation/peer-id";
import { isDelegationId } from "./result";

/** What a page of the platform's list says. */
export interface DelegationPage {
  /** The own delegations that are completed or failed, in the order they came to be. */
  finished: readonly Delegation[];
  /** Finished ones that claim to be this workspace's and are not. */
  foreign: readonly { delegationId: string; sourceId: string }[];
  /** Rows that are none. */
  malformed: number;
  /** Every delegation of the page. */
  ids: readonly string[];
  /** The page holds as many rows as the platform ever sends. */
  full: boolean;
}

/** The platform lists no more rows than these. */
const PAGE_ROWS = 50;

/** More are not remembered for certain; they come newest first. */
const MOST_ROWS = 5 * PAGE_ROWS;

export function parsePage(given: readonly unknown[], workspaceId: string): DelegationPage {
  const rows = given.slice(0, MOST_ROWS);
  const good = rows.filter(isRow);
  const own = parseDelegations(good, workspaceId).reverse();
  const foreign = good.filter(
    (row) =>
      isFinal(row) &&
      parsePeerId(row.source_id) !== workspaceId &&
      // Newer platforms also list the work that others handed to this workspace, and say so.
      row.direction !== "received" &&
      row.delegation_id,
  );
  return {
    finished: own.filter(isFinal),
    foreign: foreign.map((row) => ({ delegationId: String(row.delegation_id), sourceId: row.source_id })),
    malformed: rows.length - good.length,
    ids: own.map(({ delegationId }) => delegationId),
    full: rows.length >= PAGE_ROWS,
  };
}

type Row = JsonRecord & { status: string; source_id: string; delegation_id?: string | null };

function isRow(row: unknown): row is Row {
  if (!isRecord(row) || typeof row.status !== "string" || typeof row.source_id !== "string") return false;
  // The row that tells of a failure has no id: there is another one that has.
  return isAbsent(row.delegation_id) || isDelegationId(row.delegation_id);
}

const isAbsent = (id: unknown): boolean => id === undefined || id === null || id === "";
