import { A2AError } from "../errors";
import { classifyStatus, readJson, responseFacts } from "../transport/request/classify-status";
import { parseErrorBody } from "../transport/request/error-body";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { BackgroundLimits } from "../validation/options";

/** One page of the activity log. */
export interface RowPage {
  readonly rows: readonly unknown[];
  /** More rows may follow. */
  readonly full: boolean;
  /** The platform's clock when it answered, in microseconds, to the second; absent where it does not say. */
  readonly dateUs?: number;
}

/** What a read asks for. Without a cursor the newest rows come first, as the platform sends them. */
export type RowQuery =
  | { sinceId: string; limit?: number }
  | { sinceSecs: number; beforeTs?: string | undefined; limit?: number };

/** The platform refuses to look back further than 30 days, in seconds. */
export const MAX_LOOK_BACK_SECS = 2_592_000;

/** Rows of one page; what is not handled yet is not read ahead beyond it. */
export const PAGE_ROWS = 100;

/** So many rows of one microsecond are read in one page, which is all the platform allows. */
export const LARGEST_PAGE = 500;

const WHAT = "the question for new messages";

/** The cursor is not in the log any more: the platform has pruned the row, or another database was put in its place. */
export class CursorGoneError extends Error {}

/** Reads inbound rows of a workspace. Throws {@link CursorGoneError}, an A2AError, or the signal's reason. */
export async function readRows(
  requests: RequestContext,
  workspaceId: string,
  query: RowQuery,
  limits: BackgroundLimits,
): Promise<RowPage> {
  const limit = query.limit ?? PAGE_ROWS;
  const page = await requestPlatform<RowPage | "cursor-gone">(requests, {
    method: "GET",
    path: () => `/workspaces/${workspaceId}/activity?${parametersOf(query, limit)}`,
    options: { source: workspaceId, ...limits },
    background: true,
    classify: (response) => classifyPage(response, limit),
  });
  if (page === "cursor-gone") throw new CursorGoneError();
  return page;
}

function parametersOf(query: RowQuery, limit: number): string {
  const parameters = new URLSearchParams({ type: "a2a_receive", limit: String(limit) });
  if ("sinceId" in query) parameters.set("since_id", query.sinceId);
  else {
    parameters.set("since_secs", String(query.sinceSecs));
    if (query.beforeTs !== undefined) parameters.set("before_ts", query.beforeTs);
  }
  return parameters.toString();
}

function classifyPage(response: HttpResponse, limit: number): Result<RowPage | "cursor-gone"> {
  if (response.status === 410 && parseErrorBody(response).error.startsWith("since_id cursor not found")) {
    return ok("cursor-gone");
  }
  if (!isSuccess(response.status)) return fail(classifyStatus(response, WHAT));
  const read = readJson(response, WHAT);
  if (!read.ok) return read;
  if (Array.isArray(read.value)) {
    const dateMs = Date.parse(response.header("date") ?? "");
    const date = Number.isNaN(dateMs) ? {} : { dateUs: dateMs * 1000 };
    return ok({ rows: read.value, full: read.value.length >= limit, ...date });
  }
  const summary = `The platform answered HTTP ${response.status} to ${WHAT}, but not with a list`;
  return fail({ ...responseFacts(response), code: "bad_response", summary });
}

const NO_ROW = "00000000-0000-0000-0000-000000000000";

/**
 * Finds out whether the platform knows cursors: one that does says that this one is not there, an older one ignores
 * it. Throws `configuration` for an older one, or what {@link readRows} throws.
 */
export async function requireCursors(
  requests: RequestContext,
  workspaceId: string,
  limits: BackgroundLimits,
): Promise<void> {
  try {
    await readRows(requests, workspaceId, { sinceId: NO_ROW, limit: 1 }, limits);
  } catch (error) {
    if (error instanceof CursorGoneError) return;
    throw error;
  }
  throw new A2AError({
    code: "configuration",
    message:
      "This platform has no cursor for inbound messages (those of April 2026 have none), so an inbox would lose or repeat some. Update the platform, or register this workspace with a `url`, to which the platform pushes its messages.",
  });
}
