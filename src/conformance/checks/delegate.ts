import { randomUUID } from "node:crypto";
import type { Answer, Ask, Party } from "../ask";
import { type Check, check } from "../check";
import { eventually } from "../eventually";
import { expectAnswer, expectRefusal, expectThat, fieldsOf, isText, rowsOf, UUID } from "../expect";

function delegate(ask: Ask, as: Party, body: unknown): Promise<Answer> {
  return ask("POST", `/workspaces/${as.id}/delegate`, { as, body });
}

async function delegations(ask: Ask, as: Party): Promise<Record<string, unknown>[]> {
  return rowsOf(await ask("GET", `/workspaces/${as.id}/delegations`, { as }));
}

/** One of the rows comes to be as told. */
async function expectRow(
  ask: Ask,
  as: Party,
  fits: (row: Record<string, unknown>) => boolean,
): Promise<void> {
  const row = await eventually(async () => (await delegations(ask, as)).find(fits));
  const rows = JSON.stringify(await delegations(ask, as)).slice(0, 300);
  expectThat(row !== undefined, `expected another row, got ${rows}`);
}

const unreadable: readonly [name: string, title: string, body: unknown, error: string][] = [
  ["no-json", "A delegation that is no JSON is refused", "{", "invalid delegation request"],
  ["no-target", "One without a target is refused", { task: "x" }, "invalid delegation request"],
  ["no-task", "One without a task is refused", { target_id: randomUUID() }, "invalid delegation request"],
  ["empty-task", "So is an empty task", { target_id: randomUUID(), task: "" }, "invalid delegation request"],
  ["no-uuid", "A target must be a UUID", { target_id: "x", task: "x" }, "target_id must be a valid UUID"],
];

export const DELEGATE: readonly Check[] = [
  ...unreadable.map(([name, title, body, error]) =>
    check({
      id: `delegate.${name}`,
      title,
      needs: ["self"],
      run: async ({ ask, self }) => expectRefusal(await delegate(ask, self, body), 400, error),
    }),
  ),
  check({
    id: "delegate.self",
    title: "Nobody hands work to itself",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectRefusal(
        await delegate(ask, self, { target_id: self.id, task: "x" }),
        400,
        "self-delegation not permitted",
      ),
  }),
  check({
    id: "delegate.missing-token",
    title: "The source must show its token",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const answer = await ask("POST", `/workspaces/${self.id}/delegate`, { body: {} });
      expectRefusal(answer, 401, "missing workspace auth token");
    },
  }),
  check({
    id: "delegate.foreign-token",
    title: "The token of another workspace is refused",
    needs: ["self", "peerToken"],
    run: async ({ ask, self, peerToken }) =>
      expectRefusal(
        await delegate(ask, { ...self, token: peerToken }, {}),
        401,
        "invalid workspace auth token",
      ),
  }),
  check({
    id: "delegate.receipt",
    title: "Work is taken over at once, and there is a row about it",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const answer = await delegate(ask, self, { target_id: peer, task: "say hello" });
      expectAnswer(answer, 202, { delegation_id: UUID, status: "delegated", target_id: peer });
      const { delegation_id } = fieldsOf(answer.json);
      await expectRow(ask, self, (row) => row.delegation_id === delegation_id);
    },
  }),
  check({
    id: "delegate.same-key",
    title: "Under the same key it is handed out once",
    needs: ["self", "peer"],
    run: async ({ ask, self, peer }) => {
      const body = { target_id: peer, task: "say hello", idempotency_key: randomUUID() };
      const first = await delegate(ask, self, body);
      expectAnswer(first, 202);
      const { delegation_id } = fieldsOf(first.json);
      expectAnswer(await delegate(ask, self, body), 200, {
        delegation_id,
        status: isText,
        idempotent_hit: true,
      });
    },
  }),
  check({
    id: "delegate.rows",
    title: "The rows are an array, each with its ends, a status and a time",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const names = ["source_id", "target_id", "summary", "status", "created_at"];
      for (const row of await delegations(ask, self)) {
        const wrong = names.filter((name) => !isText(row[name]));
        expectThat(wrong.length === 0, `expected text in ${wrong.join(", ")} of ${JSON.stringify(row)}`);
      }
    },
  }),
  check({
    id: "delegate.result",
    title: "The result is there in the end",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const peer = embedded.addWorkspace({ reply: () => "ten" });
      const { id, token } = embedded.addWorkspace({});
      const source = { id, token: token ?? "" };
      await delegate(ask, source, { target_id: peer.id, task: "count to ten" });
      await expectRow(ask, source, (row) => row.status === "completed" && row.response_preview === "ten");
    },
  }),
  check({
    id: "delegate.denied",
    title: "Whether the peer may be addressed shows later, in a row that failed",
    mayFail: "Later builds refuse it at once",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id, token } = embedded.addWorkspace({});
      const source = { id, token: token ?? "" };
      const stranger = embedded.addWorkspace({ parentId: randomUUID() });
      expectAnswer(await delegate(ask, source, { target_id: stranger.id, task: "x" }), 202);
      const isDenied = (row: Record<string, unknown>) =>
        row.status === "failed" && String(row.error).startsWith("access denied");
      await expectRow(ask, source, isDenied);
    },
  }),
  check({
    id: "delegate.record",
    title: "Work that an agent handed out itself can be recorded, and its end too",
    needs: ["scratch", "peer"],
    run: async ({ ask, scratch, peer }) => {
      const as = scratch();
      const delegation_id = randomUUID();
      const base = `/workspaces/${as.id}/delegations`;
      const recorded = await ask("POST", `${base}/record`, {
        as,
        body: { target_id: peer, task: "x", delegation_id },
      });
      expectAnswer(recorded, 202, { delegation_id, status: "recorded" });
      const updated = await ask("POST", `${base}/${delegation_id}/update`, {
        as,
        body: { status: "completed", response_preview: "done" },
      });
      expectAnswer(updated, 200, { delegation_id, status: "completed" });
      await expectRow(ask, as, (row) => row.delegation_id === delegation_id && row.status === "completed");
    },
  }),
  check({
    id: "delegate.record-unreadable",
    title: "A record that lacks something is refused",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const path = `/workspaces/${self.id}/delegations/record`;
      expectRefusal(await ask("POST", path, { as: self, body: { task: "x" } }), 400, "invalid request body");
      const body = { target_id: "x", task: "x", delegation_id: "x" };
      expectRefusal(await ask("POST", path, { as: self, body }), 400, "target_id must be a valid UUID");
    },
  }),
  ...["queued", "in_progress", "done"].map((status) =>
    check({
      id: `delegate.update-${status}`,
      title: `No delegation ends as ${status}`,
      needs: ["self"],
      run: async ({ ask, self }) => {
        const path = `/workspaces/${self.id}/delegations/${randomUUID()}/update`;
        const answer = await ask("POST", path, { as: self, body: { status } });
        expectRefusal(answer, 400, "status must be 'completed' or 'failed'");
      },
    }),
  ),
];
