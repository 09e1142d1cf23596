import { OWN, PEER } from "../../helpers/ids";

type Fields = Record<string, unknown>;

/** A row of the platform: a completed delegation of the own workspace, with its result. */
export const done = (delegationId: string, fields: Fields = {}): Fields => ({
  id: `row of ${delegationId}`,
  type: "delegation",
  source_id: OWN,
  target_id: PEER,
  summary: `summary of ${delegationId}`,
  status: "completed",
  created_at: "2026-04-27T10:00:09.51Z",
  delegation_id: delegationId,
  response_preview: `preview of ${delegationId}`,
  ...fields,
});

export const failed = (delegationId: string, fields: Fields = {}): Fields =>
  done(delegationId, {
    status: "failed",
    error: `error of ${delegationId}`,
    response_preview: "",
    ...fields,
  });

export const pending = (delegationId: string, fields: Fields = {}): Fields =>
  done(delegationId, { status: "pending", response_preview: "", ...fields });

/** A page of the platform's list, newest first; the ids end in `from` up to `to`. */
export function page(from: number, to: number, row = done): Fields[] {
  const rows: Fields[] = [];
  for (let number = to; number >= from; number -= 1) rows.push(row(`d-${number}`));
  return rows;
}
