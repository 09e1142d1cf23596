import { reachOf } from "./page-edges";
import type { ReadMoment } from "./place";
import type { RowPage } from "./read-rows";
import type { Acceptance, ReaderOptions } from "./reader-state";
import { type ParsedRow, parseRow } from "./row";

/** What became of the rows of a page. */
export interface AcceptedRows {
  /** How many were new and are not left. */
  fresh: number;
  /** True when a row of this page, or of an earlier one of the same read, was left to be read again. */
  left: boolean;
}

type ValidRow = Exclude<ParsedRow, { kind: "malformed" }>;

/**
 * Offers the new rows of a page that was requested at `moment` and adds those that are not left to the position.
 * `wasLeft` says that an earlier row of this read was left: then only answers are taken.
 */
export function acceptRows(
  options: ReaderOptions,
  page: RowPage,
  moment: ReadMoment,
  wasLeft: boolean,
): AcceptedRows {
  const accepted: AcceptedRows = { fresh: 0, left: wasLeft };
  const reach = reachOf(page);
  for (const raw of page.rows) {
    const row = parseRow(raw, options.workspaceId);
    if (row.kind === "malformed") options.onMalformed();
    else acceptRow(options, row, moment, reach, accepted);
  }
  return accepted;
}

function acceptRow(
  options: ReaderOptions,
  row: ValidRow,
  moment: ReadMoment,
  reach: number,
  accepted: AcceptedRows,
): void {
  const { position } = options;
  const place = row.kind === "message" ? row.message : row;
  // More rows of the last microsecond of a full page may follow, so that one is not settled yet.
  const isReached = place.createdAtUs <= reach;
  const at = isReached ? moment : { now: moment.now, platformUs: 0 };
  if (position.knows(place)) {
    if (isReached || !position.isKept(place.id)) position.add(place, at);
    return;
  }
  const acceptance = offer(options, row, accepted.left);
  if (acceptance === "left") {
    if (!accepted.left) position.stopAt(place.createdAtUs);
    accepted.left = true;
    return;
  }
  position.add(place, at);
  if (acceptance === "done") position.markDone(place.id);
  accepted.fresh += 1;
}

function offer(options: ReaderOptions, row: ValidRow, left: boolean): Acceptance {
  if (row.kind === "message") return left ? options.onAnswer(row.message) : options.onMessage(row.message);
  // Behind a message that was left, every row but an answer is read again.
  if (left) return "left";
  options.onSkipped(row.reason);
  return "done";
}
