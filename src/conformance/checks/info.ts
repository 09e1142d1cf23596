import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import {
  expectEqual,
  expectError,
  expectResponse,
  expectThat,
  isBoolean,
  isInteger,
  isNonEmptyString,
  isNumber,
  isString,
  isStringOrNull,
  readFields,
} from "../expect";

const PRIVATE = [
  "current_task",
  "last_sample_error",
  "monthly_spend",
  "budget_limit",
  "workspace_dir",
  "last_heartbeat_at",
];

export const INFO: readonly Check[] = [
  check({
    id: "info.fields",
    title: "Workspace info needs no token",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await request("GET", `/workspaces/${self.id}`);
      expectResponse(response, 200, {
        id: self.id,
        name: isString,
        role: isStringOrNull,
        tier: isInteger,
        status: isNonEmptyString,
        url: isString,
        parent_id: isStringOrNull,
        active_tasks: isInteger,
        max_concurrent_tasks: isInteger,
        last_error_rate: isNumber,
        uptime_seconds: isInteger,
        runtime: isNonEmptyString,
        x: isNumber,
        y: isNumber,
        collapsed: isBoolean,
        last_outbound_at: isStringOrNull,
      });
      expectThat("agent_card" in readFields(response.json), "expected a card, or null");
    },
  }),
  check({
    id: "info.private",
    title: "Workspace info contains no private fields: task, errors, spend",
    needs: ["self"],
    run: async ({ request, self }) => {
      const { json } = await request("GET", `/workspaces/${self.id}`);
      const present = PRIVATE.filter((name) => name in readFields(json));
      expectEqual(present, [], "the private fields");
    },
  }),
  check({
    id: "info.upper-case",
    title: "Ids are case-insensitive",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectResponse(await request("GET", `/workspaces/${self.id.toUpperCase()}`), 200, {
        id: self.id,
      }),
  }),
  ...["no-uuid", "00000000-0000-0000-0000-00000000000", "%20"].map((id, index) =>
    check({
      id: `info.no-uuid-${index + 1}`,
      title: `The id ${id} is refused`,
      run: async ({ request }) =>
        expectError(await request("GET", `/workspaces/${id}`), 400, "invalid workspace ID"),
    }),
  ),
  check({
    id: "info.unknown-id",
    title: "An unknown workspace is not found",
    run: async ({ request }) =>
      expectError(await request("GET", `/workspaces/${randomUUID()}`), 404, "workspace not found"),
  }),
  check({
    id: "info.gone",
    title: "A removed workspace is a 410 with a hint",
    only: "2026-05",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      const gone = { error: "workspace removed", id, removed_at: isStringOrNull, hint: isNonEmptyString };
      expectResponse(await request("GET", `/workspaces/${id}`), 410, gone);
      const response = await request("GET", `/workspaces/${id}?include_removed=true`);
      expectResponse(response, 200, { id, status: "removed" });
    },
  }),
  check({
    id: "info.removed",
    title: "A removed workspace has the status removed",
    only: "2026-04",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      expectResponse(await request("GET", `/workspaces/${id}`), 200, { id, status: "removed" });
    },
  }),
];
