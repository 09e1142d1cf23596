import { randomUUID } from "node:crypto";
import type { Answer, Ask, Party } from "../ask";
import { type Check, check, type Version } from "../check";
import {
  expectAnswer,
  expectEqual,
  expectRefusal,
  expectThat,
  isText,
  isTextOrNull,
  isTime,
  rowsOf,
} from "../expect";

const NO_ROW = "00000000-0000-0000-0000-000000000000";

const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: isText,
  workspace_id: isText,
  activity_type: isText,
  status: isText,
  source_id: isTextOrNull,
  target_id: isTextOrNull,
  method: isTextOrNull,
  summary: isTextOrNull,
  error_detail: isTextOrNull,
  created_at: isTime,
};

function list(ask: Ask, as: Party, query = ""): Promise<Answer> {
  return ask("GET", `/workspaces/${as.id}/activity?${query}`, { as });
}

function report(ask: Ask, as: Party, body: unknown): Promise<Answer> {
  return ask("POST", `/workspaces/${as.id}/activity`, { as, body });
}

/** Three rows that nobody else has, and the ways to find them. */
async function writeThree(
  ask: Ask,
  as: Party,
): Promise<(query?: string) => Promise<Record<string, unknown>[]>> {
  const mark = randomUUID();
  for (const name of ["a", "b", "c"]) {
    const answer = await report(ask, as, { activity_type: "agent_log", summary: `${name} ${mark}` });
    expectAnswer(answer, 200, { status: "logged" });
  }
  return async (query) =>
    rowsOf(await list(ask, as, query)).filter(({ summary }) => String(summary).endsWith(mark));
}

const namesOf = (rows: readonly Record<string, unknown>[]) =>
  rows.map(({ summary }) => String(summary)[0]).join("");

/** What is wrong with a query, and only one version knows it. */
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
    run: async ({ ask, self }) => {
      for (const row of rowsOf(await list(ask, self))) {
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
    title: "The workspace must show its token",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectRefusal(await ask("GET", `/workspaces/${self.id}/activity`), 401, "missing workspace auth token"),
  }),
  check({
    id: "activity.foreign-token",
    title: "The token of another workspace is refused",
    needs: ["self", "peerToken"],
    run: async ({ ask, self, peerToken }) =>
      expectRefusal(await list(ask, { ...self, token: peerToken }), 401, "invalid workspace auth token"),
  }),
  check({
    id: "activity.source",
    title: "A source is the canvas or an agent",
    needs: ["self"],
    run: async ({ ask, self }) => expectAnswer(await list(ask, self, "source=x"), 400, { error: isText }),
  }),
  check({
    id: "activity.unknown-type",
    title: "A type that nobody knows has no rows",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectEqual(rowsOf(await list(ask, self, "type=no_such_type")), [], "the rows"),
  }),
  ...["0", "-1", "x", "501"].map((limit) =>
    check({
      id: `activity.limit-${limit}`,
      title: `A limit of ${limit} is not refused`,
      needs: ["self"],
      run: async ({ ask, self }) => expectAnswer(await list(ask, self, `limit=${limit}`), 200),
    }),
  ),
  ...REFUSED.flatMap(([name, query, status, error]) => [
    check({
      id: `activity.${name}`,
      title: `The query ${query} is refused`,
      only: "2026-05" satisfies Version,
      needs: ["self"],
      run: async ({ ask, self }) => expectRefusal(await list(ask, self, query), status, error),
    }),
    check({
      id: `activity.${name}-ignored`,
      title: `The query ${query} is not understood`,
      only: "2026-04" satisfies Version,
      needs: ["self"],
      run: async ({ ask, self }) => expectAnswer(await list(ask, self, query), 200),
    }),
  ]),
  check({
    id: "activity.newest-first",
    title: "Rows are newest first, and no more than asked for",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const rows = await writeThree(ask, scratch());
      expectEqual(namesOf(await rows("type=agent_log")), "cba", "the order");
      expectEqual(namesOf(await rows("type=agent_log&limit=2")), "cb", "the order");
    },
  }),
  check({
    id: "activity.cursor",
    title: "Behind a cursor they come in the order of events",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const rows = await writeThree(ask, scratch());
      const [, , first] = await rows();
      expectEqual(namesOf(await rows(`since_id=${first?.id}`)), "bc", "the order");
      expectEqual(namesOf(await rows(`since_id=${first?.id}&limit=1`)), "b", "the order");
      expectEqual(namesOf(await rows("since_secs=600")), "cba", "the order");
    },
  }),
  check({
    id: "activity.foreign-cursor",
    title: "The row of another workspace is no cursor",
    only: "2026-05",
    needs: ["scratch", "peer", "peerToken"],
    run: async ({ ask, scratch, peer, peerToken }) => {
      const [row] = await (await writeThree(ask, scratch()))();
      const answer = await list(ask, { id: peer, token: peerToken }, `since_id=${row?.id}`);
      expectAnswer(answer, 410);
    },
  }),
  check({
    id: "activity.report",
    title: "What an agent reports is a row of its own, as it was said",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const as = scratch();
      const summary = randomUUID();
      const said = {
        activity_type: "task_update",
        method: "m",
        summary,
        duration_ms: 5,
        request_body: { a: 1 },
      };
      expectAnswer(await report(ask, as, said), 200, { status: "logged" });
      const row = rowsOf(await list(ask, as)).find((each) => each.summary === summary);
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
    run: async ({ ask, self }) => expectRefusal(await report(ask, self, {}), 400, "invalid request body"),
  }),
  check({
    id: "activity.report-unknown-type",
    title: "So is one of an unknown type",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectRefusal(await report(ask, self, { activity_type: "x" }), 400, /^invalid activity_type, /),
  }),
  check({
    id: "activity.report-for-another",
    title: "Nobody reports for another",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const answer = await report(ask, self, { activity_type: "agent_log", source_id: peer });
      expectRefusal(answer, 403, "source_id must match authenticated workspace");
    },
  }),
];
