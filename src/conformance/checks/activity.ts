import { randomUUID } from "node:crypto";
import { type Check, check, type Version } from "../check";
import {
  expectEqual,
  expectError,
  expectResponse,
  expectThat,
  isString,
  isStringOrNull,
  isTime,
  readRows,
} from "../expect";
import type { Credentials, HttpResponse, SendRequest } from "../http";

const NO_ROW = "00000000-0000-0000-0000-000000000000";

const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: isString,
  workspace_id: isString,
  activity_type: isString,
  status: isString,
  source_id: isStringOrNull,
  target_id: isStringOrNull,
  method: isStringOrNull,
  summary: isStringOrNull,
  error_detail: isStringOrNull,
  created_at: isTime,
};

function list(request: SendRequest, as: Credentials, query = ""): Promise<HttpResponse> {
  return request("GET", `/workspaces/${as.id}/activity?${query}`, { as });
}

function report(request: SendRequest, as: Credentials, body: unknown): Promise<HttpResponse> {
  return request("POST", `/workspaces/${as.id}/activity`, { as, body });
}

/** Writes three rows with a unique mark and returns a function that lists them. */
async function writeThree(
  request: SendRequest,
  as: Credentials,
): Promise<(query?: string) => Promise<Record<string, unknown>[]>> {
  const mark = randomUUID();
  for (const name of ["a", "b", "c"]) {
    const response = await report(request, as, { activity_type: "agent_log", summary: `${name} ${mark}` });
    expectResponse(response, 200, { status: "logged" });
  }
  return async (query) =>
    readRows(await list(request, as, query)).filter(({ summary }) => String(summary).endsWith(mark));
}

const readNames = (rows: readonly Record<string, unknown>[]) =>
  rows.map(({ summary }) => String(summary)[0]).join("");

/** Invalid queries that only 2026-05 refuses. */
const REFUSED: readonly [name: string, query: string, status: number, error: string | RegExp][] = [
  ["unknown-cursor", `since_id=${NO_ROW}`, 410, /^since_id cursor not found \(.*\); omit since_id to reset$/],
  ["cursor-no-uuid", "since_id=x", 500, "cursor lookup failed"],
  ["no-seconds", "since_secs=0", 400, "since_secs must be a positive integer"],
  ["no-time", "before_ts=yesterday", 400, /./],
  ["no-peer", "peer_id=x", 400, /./],
];

export const ACTIVITY: readonly Check[] = [
  check({
    id: "activity.rows",
    title: "The activity of a workspace is an array of rows, each with all its fields",
    needs: ["self"],
    run: async ({ request, self }) => {
      for (const row of readRows(await list(request, self))) {
        const wrong = Object.keys(FIELDS).filter((name) => FIELDS[name]?.(row[name]) !== true);
        expectThat(
          wrong.length === 0,
          `expected other values in ${wrong.join(", ")} of ${JSON.stringify(row)}`,
        );
      }
    },
  }),
  check({
    id: "activity.missing-token",
    title: "Activity without a token is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(
        await request("GET", `/workspaces/${self.id}/activity`),
        401,
        "missing workspace auth token",
      ),
  }),
  check({
    id: "activity.foreign-token",
    title: "Activity with the token of another workspace is refused",
    needs: ["self", "peerToken"],
    run: async ({ request, self, peerToken }) =>
      expectError(await list(request, { ...self, token: peerToken }), 401, "invalid workspace auth token"),
  }),
  check({
    id: "activity.source",
    title: "A source other than the canvas or an agent is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectResponse(await list(request, self, "source=x"), 400, { error: isString }),
  }),
  check({
    id: "activity.unknown-type",
    title: "An unknown type has no rows",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectEqual(readRows(await list(request, self, "type=no_such_type")), [], "the rows"),
  }),
  ...["0", "-1", "x", "501"].map((limit) =>
    check({
      id: `activity.limit-${limit}`,
      title: `A limit of ${limit} is accepted`,
      needs: ["self"],
      run: async ({ request, self }) => expectResponse(await list(request, self, `limit=${limit}`), 200),
    }),
  ),
  ...REFUSED.flatMap(([name, query, status, error]) => [
    check({
      id: `activity.${name}`,
      title: `The query ${query} is refused`,
      only: "2026-05" satisfies Version,
      needs: ["self"],
      run: async ({ request, self }) => expectError(await list(request, self, query), status, error),
    }),
    check({
      id: `activity.${name}-ignored`,
      title: `The query ${query} is ignored`,
      only: "2026-04" satisfies Version,
      needs: ["self"],
      run: async ({ request, self }) => expectResponse(await list(request, self, query), 200),
    }),
  ]),
  check({
    id: "activity.newest-first",
    title: "Rows are sorted newest first, up to the limit",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const rows = await writeThree(request, scratch());
      expectEqual(readNames(await rows("type=agent_log")), "cba", "the order");
      expectEqual(readNames(await rows("type=agent_log&limit=2")), "cb", "the order");
    },
  }),
  check({
    id: "activity.cursor",
    title: "Rows after a cursor are sorted oldest first",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const rows = await writeThree(request, scratch());
      const [, , first] = await rows();
      expectEqual(readNames(await rows(`since_id=${first?.id}`)), "bc", "the order");
      expectEqual(readNames(await rows(`since_id=${first?.id}&limit=1`)), "b", "the order");
      expectEqual(readNames(await rows("since_secs=600")), "cba", "the order");
    },
  }),
  check({
    id: "activity.foreign-cursor",
    title: "The row of another workspace is not accepted as a cursor",
    only: "2026-05",
    needs: ["scratch", "peer", "peerToken"],
    run: async ({ request, scratch, peer, peerToken }) => {
      const [row] = await (await writeThree(request, scratch()))();
      const response = await list(request, { id: peer, token: peerToken }, `since_id=${row?.id}`);
      expectResponse(response, 410);
    },
  }),
  check({
    id: "activity.report",
    title: "A report of an agent becomes a row with the reported fields",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const as = scratch();
      const summary = randomUUID();
      const fields = {
        activity_type: "task_update",
        method: "m",
        summary,
        duration_ms: 5,
        request_body: { a: 1 },
      };
      expectResponse(await report(request, as, fields), 200, { status: "logged" });
      const row = readRows(await list(request, as)).find((each) => each.summary === summary);
      expectEqual(
        [row?.activity_type, row?.method, row?.duration_ms, row?.request_body, row?.status],
        ["task_update", "m", 5, { a: 1 }, "ok"],
        "the row",
      );
    },
  }),
  check({
    id: "activity.report-no-type",
    title: "A report without a type is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(await report(request, self, {}), 400, "invalid request body"),
  }),
  check({
    id: "activity.report-unknown-type",
    title: "A report of an unknown type is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(await report(request, self, { activity_type: "x" }), 400, /^invalid activity_type, /),
  }),
  check({
    id: "activity.report-for-another",
    title: "A report for another workspace is refused",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) => {
      const response = await report(request, self, { activity_type: "agent_log", source_id: peer });
      expectError(response, 403, "source_id must match authenticated workspace");
    },
  }),
];
