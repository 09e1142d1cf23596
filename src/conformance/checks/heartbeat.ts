import { randomUUID } from "node:crypto";
import type { Answer, Ask, Party } from "../ask";
import { type Check, check } from "../check";
import { expectAnswer, expectEqual, expectRefusal, isAbsent, isFilled } from "../expect";

/** One heartbeat with the fields in `said`. */
export function beat(ask: Ask, { id, token }: Partial<Party>, said: object = {}): Promise<Answer> {
  const body = { workspace_id: id, ...said };
  return ask("POST", "/registry/heartbeat", { body, ...(token !== undefined && { bearer: token }) });
}

const unreadable: readonly [name: string, title: string, said: object][] = [
  ["no-id", "A heartbeat without a workspace is refused", { workspace_id: undefined }],
  ["empty-id", "One with an empty id is refused", { workspace_id: "" }],
  ["fraction-of-tasks", "Half a task is refused", { active_tasks: 0.5 }],
  ["fraction-of-a-second", "Fractions of a second are refused", { uptime_seconds: 12.5 }],
  ["fraction-of-a-cent", "Fractions of a cent are refused", { monthly_spend: 0.5 }],
  ["rate-as-text", "An error rate that is text is refused", { error_rate: "0.5" }],
  ["task-as-number", "A task that is a number is refused", { current_task: 1 }],
  ["metadata-as-text", "Metadata that is no object is refused", { runtime_metadata: "x" }],
];

export const HEARTBEAT: readonly Check[] = [
  check({
    id: "heartbeat.no-json",
    title: "A heartbeat that is no JSON is refused",
    run: async ({ ask }) => {
      const answer = await ask("POST", "/registry/heartbeat", { body: "{" });
      expectRefusal(answer, 400, "invalid request body");
    },
  }),
  ...unreadable.map(([name, title, said]) =>
    check({
      id: `heartbeat.${name}`,
      title,
      run: async ({ ask }) =>
        expectRefusal(await beat(ask, { id: randomUUID() }, said), 400, "invalid request body"),
    }),
  ),
  check({
    id: "heartbeat.unknown-id",
    title: "One of an unknown workspace is answered like any other",
    run: async ({ ask }) =>
      expectAnswer(await beat(ask, { id: randomUUID() }), 200, {
        status: "ok",
        platform_inbound_secret: isAbsent,
      }),
  }),
  check({
    id: "heartbeat.no-uuid",
    title: "An id that is no UUID fails in the database",
    run: async ({ ask }) => expectRefusal(await beat(ask, { id: "no-uuid" }), 500, "failed to update"),
  }),
  check({
    id: "heartbeat.missing-token",
    title: "A workspace with a token must show it",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectRefusal(await beat(ask, { id: self.id }), 401, "missing workspace auth token"),
  }),
  check({
    id: "heartbeat.wrong-token",
    title: "A wrong token is refused",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectRefusal(await beat(ask, { ...self, token: "wrong" }), 401, "invalid workspace auth token"),
  }),
  check({
    id: "heartbeat.foreign-token",
    title: "So is the token of another workspace",
    needs: ["self", "peerToken"],
    run: async ({ ask, self, peerToken }) =>
      expectRefusal(await beat(ask, { ...self, token: peerToken }), 401, "invalid workspace auth token"),
  }),
  check({
    id: "heartbeat.plain-answer",
    title: "The answer is ok and nothing else",
    only: "2026-04",
    needs: ["scratch"],
    run: async ({ ask, scratch }) =>
      expectEqual((await beat(ask, scratch())).json, { status: "ok" }, "the answer"),
  }),
  check({
    id: "heartbeat.secret",
    title: "The answer hands out the inbound secret",
    only: "2026-05",
    mayFail: "A platform that has no secret for the workspace leaves it out",
    needs: ["scratch"],
    run: async ({ ask, scratch }) =>
      expectAnswer(await beat(ask, scratch()), 200, { status: "ok", platform_inbound_secret: isFilled }),
  }),
  check({
    id: "heartbeat.shows",
    title: "Tasks, error rate and uptime are there afterwards",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const who = scratch();
      await beat(ask, who, { active_tasks: 2, error_rate: 0.25, uptime_seconds: 512, current_task: "x" });
      const shown = { active_tasks: 2, last_error_rate: 0.25, uptime_seconds: 512 };
      expectAnswer(await ask("GET", `/workspaces/${who.id}`), 200, shown);
    },
  }),
  check({
    id: "heartbeat.overwrites",
    title: "What a heartbeat leaves out is overwritten too",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const who = scratch();
      await beat(ask, who, { active_tasks: 2, error_rate: 0.25, uptime_seconds: 512 });
      await beat(ask, who);
      const shown = { active_tasks: 0, last_error_rate: 0, uptime_seconds: 0 };
      expectAnswer(await ask("GET", `/workspaces/${who.id}`), 200, shown);
    },
  }),
  check({
    id: "heartbeat.tolerates",
    title: "Null stands for anything, and fields that nobody knows are ignored",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const nothing = { error_rate: null, current_task: null, runtime_metadata: null };
      expectAnswer(await beat(ask, scratch(), { ...nothing, status: "online", more: [] }), 200, {
        status: "ok",
      });
    },
  }),
  check({
    id: "heartbeat.removed",
    title: "One of a removed workspace is answered, and changes nothing",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      expectAnswer(await beat(ask, { id }, { active_tasks: 3 }), 200, { status: "ok" });
      const shown = await ask("GET", `/workspaces/${id}?include_removed=true`);
      expectAnswer(shown, 200, { status: "removed", active_tasks: 0 });
    },
  }),
  check({
    id: "heartbeat.spend",
    title: "Spending is kept when none is stated, and never negative",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const spender = embedded.addWorkspace({});
      const who = { id: spender.id, token: spender.token ?? "" };
      await beat(ask, who, { monthly_spend: 1500 });
      await beat(ask, who, { monthly_spend: -1 });
      await beat(ask, who);
      expectEqual(spender.state.monthlySpend, 1500, "the spending");
      await beat(ask, who, { monthly_spend: 2_000_000_000_000 });
      expectEqual(spender.state.monthlySpend, 1_000_000_000_000, "the spending");
    },
  }),
];
