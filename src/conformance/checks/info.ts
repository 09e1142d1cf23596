import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import {
  expectAnswer,
  expectEqual,
  expectRefusal,
  expectThat,
  fieldsOf,
  isFilled,
  isFlag,
  isNumber,
  isText,
  isTextOrNull,
  isWhole,
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
    title: "Anybody may know how a workspace is",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const answer = await ask("GET", `/workspaces/${self.id}`);
      expectAnswer(answer, 200, {
        id: self.id,
        name: isText,
        role: isTextOrNull,
        tier: isWhole,
        status: isFilled,
        url: isText,
        parent_id: isTextOrNull,
        active_tasks: isWhole,
        max_concurrent_tasks: isWhole,
        last_error_rate: isNumber,
        uptime_seconds: isWhole,
        runtime: isFilled,
        x: isNumber,
        y: isNumber,
        collapsed: isFlag,
        last_outbound_at: isTextOrNull,
      });
      expectThat("agent_card" in fieldsOf(answer.json), "expected a card, or null");
    },
  }),
  check({
    id: "info.private",
    title: "But not what it works on, nor what it spends",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const { json } = await ask("GET", `/workspaces/${self.id}`);
      const told = PRIVATE.filter((name) => name in fieldsOf(json));
      expectEqual(told, [], "the private fields");
    },
  }),
  check({
    id: "info.upper-case",
    title: "Ids are read without regard to case",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectAnswer(await ask("GET", `/workspaces/${self.id.toUpperCase()}`), 200, {
        id: self.id,
      }),
  }),
  ...["no-uuid", "00000000-0000-0000-0000-00000000000", "%20"].map((id, index) =>
    check({
      id: `info.no-uuid-${index + 1}`,
      title: `The id ${id} is none`,
      run: async ({ ask }) =>
        expectRefusal(await ask("GET", `/workspaces/${id}`), 400, "invalid workspace ID"),
    }),
  ),
  check({
    id: "info.unknown-id",
    title: "An unknown workspace is not found",
    run: async ({ ask }) =>
      expectRefusal(await ask("GET", `/workspaces/${randomUUID()}`), 404, "workspace not found"),
  }),
  check({
    id: "info.gone",
    title: "A removed workspace is gone, with a hint what to do",
    only: "2026-05",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      const gone = { error: "workspace removed", id, removed_at: isTextOrNull, hint: isFilled };
      expectAnswer(await ask("GET", `/workspaces/${id}`), 410, gone);
      const shown = await ask("GET", `/workspaces/${id}?include_removed=true`);
      expectAnswer(shown, 200, { id, status: "removed" });
    },
  }),
  check({
    id: "info.removed",
    title: "A removed workspace is shown as such",
    only: "2026-04",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      expectAnswer(await ask("GET", `/workspaces/${id}`), 200, { id, status: "removed" });
    },
  }),
];
