import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectEqual, expectError, expectResponse, isAbsent, isNonEmptyString } from "../expect";
import { credentialsOf } from "../http";
import { beat } from "../requests";

const MALFORMED: readonly [name: string, title: string, fields: object][] = [
  ["no-id", "A heartbeat without a workspace is refused", { workspace_id: undefined }],
  ["empty-id", "A heartbeat with an empty id is refused", { workspace_id: "" }],
  ["fraction-of-tasks", "A fractional number of tasks is refused", { active_tasks: 0.5 }],
  ["fraction-of-a-second", "A fractional uptime is refused", { uptime_seconds: 12.5 }],
  ["fraction-of-a-cent", "A fractional spend is refused", { monthly_spend: 0.5 }],
  ["rate-as-text", "An error rate as a string is refused", { error_rate: "0.5" }],
  ["task-as-number", "A current task as a number is refused", { current_task: 1 }],
  ["metadata-as-text", "Metadata that is not an object is refused", { runtime_metadata: "x" }],
];

export const HEARTBEAT: readonly Check[] = [
  ...(
    [
      ["nul", "a NUL in its task", { current_task: "a\0b" }],
      ["overflow", "more tasks than 32 bits hold", { active_tasks: 3_000_000_000 }],
    ] as const
  ).map(([name, what, fields]) =>
    check({
      id: `heartbeat.${name}`,
      title: `A heartbeat with ${what} fails in the database`,
      needs: ["scratch"],
      run: async ({ request, scratch }) =>
        expectError(await beat(request, scratch(), fields), 500, "failed to update"),
    }),
  ),
  check({
    id: "heartbeat.written-fraction",
    title: "An integer written with a fraction is refused, also one of zero",
    run: async ({ request }) => {
      const body = `{"workspace_id":"${randomUUID()}","active_tasks":2.0}`;
      expectError(await request("POST", "/registry/heartbeat", { body }), 400, "invalid request body");
    },
  }),
  check({
    id: "heartbeat.no-json",
    title: "A heartbeat that is not JSON is refused",
    run: async ({ request }) => {
      const response = await request("POST", "/registry/heartbeat", { body: "{" });
      expectError(response, 400, "invalid request body");
    },
  }),
  ...MALFORMED.map(([name, title, fields]) =>
    check({
      id: `heartbeat.${name}`,
      title,
      run: async ({ request }) =>
        expectError(await beat(request, { id: randomUUID() }, fields), 400, "invalid request body"),
    }),
  ),
  check({
    id: "heartbeat.unknown-id",
    title: "A heartbeat of an unknown workspace succeeds",
    run: async ({ request }) =>
      expectResponse(await beat(request, { id: randomUUID() }), 200, {
        status: "ok",
        platform_inbound_secret: isAbsent,
      }),
  }),
  check({
    id: "heartbeat.no-uuid",
    title: "A heartbeat with an id that is not a UUID fails in the database",
    run: async ({ request }) => expectError(await beat(request, { id: "no-uuid" }), 500, "failed to update"),
  }),
  check({
    id: "heartbeat.missing-token",
    title: "A heartbeat without the token of the workspace is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(await beat(request, { id: self.id }), 401, "missing workspace auth token"),
  }),
  check({
    id: "heartbeat.wrong-token",
    title: "A heartbeat with a wrong token is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(await beat(request, { ...self, token: "wrong" }), 401, "invalid workspace auth token"),
  }),
  check({
    id: "heartbeat.foreign-token",
    title: "A heartbeat with the token of another workspace is refused",
    needs: ["self", "peerToken"],
    run: async ({ request, self, peerToken }) =>
      expectError(await beat(request, { ...self, token: peerToken }), 401, "invalid workspace auth token"),
  }),
  check({
    id: "heartbeat.plain-answer",
    title: "The response to a heartbeat is ok and nothing else",
    only: "2026-04",
    needs: ["scratch"],
    run: async ({ request, scratch }) =>
      expectEqual((await beat(request, scratch())).json, { status: "ok" }, "the response"),
  }),
  check({
    id: "heartbeat.secret",
    title: "The response to a heartbeat contains the inbound secret",
    only: "2026-05",
    mayFail: "A platform without a secret for the workspace omits it",
    needs: ["scratch"],
    run: async ({ request, scratch }) =>
      expectResponse(await beat(request, scratch()), 200, {
        status: "ok",
        platform_inbound_secret: isNonEmptyString,
      }),
  }),
  check({
    id: "heartbeat.shows",
    title: "Tasks, error rate and uptime are stored",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const workspace = scratch();
      await beat(request, workspace, {
        active_tasks: 2,
        error_rate: 0.25,
        uptime_seconds: 512,
        current_task: "x",
      });
      const expected = { active_tasks: 2, last_error_rate: 0.25, uptime_seconds: 512 };
      expectResponse(await request("GET", `/workspaces/${workspace.id}`), 200, expected);
    },
  }),
  check({
    id: "heartbeat.overwrites",
    title: "Fields that a heartbeat omits are reset",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const workspace = scratch();
      await beat(request, workspace, { active_tasks: 2, error_rate: 0.25, uptime_seconds: 512 });
      await beat(request, workspace);
      const expected = { active_tasks: 0, last_error_rate: 0, uptime_seconds: 0 };
      expectResponse(await request("GET", `/workspaces/${workspace.id}`), 200, expected);
    },
  }),
  check({
    id: "heartbeat.tolerates",
    title: "Null is accepted in any field, and unknown fields are ignored",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const nothing = { error_rate: null, current_task: null, runtime_metadata: null };
      expectResponse(await beat(request, scratch(), { ...nothing, status: "online", more: [] }), 200, {
        status: "ok",
      });
    },
  }),
  check({
    id: "heartbeat.removed",
    title: "A heartbeat of a removed workspace succeeds without effect",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      expectResponse(await beat(request, { id }, { active_tasks: 3 }), 200, { status: "ok" });
      const response = await request("GET", `/workspaces/${id}?include_removed=true`);
      expectResponse(response, 200, { status: "removed", active_tasks: 0 });
    },
  }),
  check({
    id: "heartbeat.spend",
    title: "An omitted spend keeps the last one, a negative one is ignored, and the largest one is limited",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const spender = embedded.addWorkspace({});
      const workspace = credentialsOf(spender);
      await beat(request, workspace, { monthly_spend: 1500 });
      await beat(request, workspace, { monthly_spend: -1 });
      await beat(request, workspace);
      expectEqual(spender.state.monthlySpend, 1500, "the spending");
      await beat(request, workspace, { monthly_spend: 2_000_000_000_000 });
      expectEqual(spender.state.monthlySpend, 1_000_000_000_000, "the spending");
    },
  }),
];
