import { type Delegation, isFinal } from "../delegation/delegation-record";
import { parseDelegations } from "../delegation/parse-delegations";
import { isRecord, type JsonRecord } from "../text/json";
import { parsePeerId } from "../validation/peer-id";
import { isDelegationId } from "./result";

/** One page of the platform's list of delegations. */
export interface DelegationPage {
  /** The own delegations that are completed or failed, oldest first. */
  finished: readonly Delegation[];
  /** The own delegations that are not finished, oldest first. */
  unfinished: readonly Delegation[];
  /** Finished delegations whose source is another workspace, although they are listed as this one's. */
  foreign: readonly ForeignDelegation[];
  /** Number of rows of the wrong shape. */
  malformed: number;
  /** Ids of all own delegations of the page. */
  ids: readonly string[];
  /** The page has as many rows as the platform ever sends, so there may be more. */
  full: boolean;
}

export interface ForeignDelegation {
  delegationId: string;
  /** As the row says; untrusted. */
  sourceId: string;
}

/** Rows in a page of the platform, at most. */
const PAGE_ROWS = 50;

/** Rows beyond this are ignored: the journal could not keep them all. Rows come newest first. */
const MAX_ROWS = 5 * PAGE_ROWS;

/** Parses the rows of a page for one workspace. `platformMs` is the platform's time, in milliseconds since 1970. */
export function parsePage(
  given: readonly unknown[],
  workspaceId: string,
  platformMs?: number,
): DelegationPage {
  const rows = given.slice(0, MAX_ROWS);
  const wellFormed = rows.filter(isRow);
  const own = parseDelegations(wellFormed, workspaceId, platformMs).reverse();
  const foreign = wellFormed.filter(
    (row) =>
      isFinal(row) &&
      parsePeerId(row.source_id) !== workspaceId &&
      // Newer platforms also list the tasks that others delegated to this workspace, with this direction.
      row.direction !== "received" &&
      row.delegation_id,
  );
  return {
    finished: own.filter(isFinal),
    unfinished: own.filter((delegation) => !isFinal(delegation)),
    foreign: foreign.map((row) => ({ delegationId: String(row.delegation_id), sourceId: row.source_id })),
    malformed: rows.length - wellFormed.length,
    ids: own.map(({ delegationId }) => delegationId),
    full: rows.length >= PAGE_ROWS,
  };
}

type Row = JsonRecord & { status: string; source_id: string; delegation_id?: string | null };

function isRow(row: unknown): row is Row {
  if (!isRecord(row) || typeof row.status !== "string" || typeof row.source_id !== "string") return false;
  // The platform adds a row without an id for a failure, beside the one with the id.
  return isAbsent(row.delegation_id) || isDelegationId(row.delegation_id);
}

const isAbsent = (id: unknown): boolean => id === undefined || id === null || id === "";
