import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { type Check, check } from "../check";
import { expectError, expectResponse, expectThat, isString, readFields, readRows, UUID } from "../expect";
import { type Credentials, credentialsOf, type HttpResponse, type SendRequest } from "../http";
import { type Operator, withAgent } from "../operator";
import { pollUntilDefined } from "../poll";

function delegate(request: SendRequest, as: Credentials, body: unknown): Promise<HttpResponse> {
  return request("POST", `/workspaces/${as.id}/delegate`, { as, body });
}

async function delegations(request: SendRequest, as: Credentials): Promise<Record<string, unknown>[]> {
  return readRows(await request("GET", `/workspaces/${as.id}/delegations`, { as }));
}

/** Waits until one of the rows matches. */
async function expectRow(
  request: SendRequest,
  as: Credentials,
  matches: (row: Record<string, unknown>) => boolean,
): Promise<void> {
  const row = await pollUntilDefined(async () => (await delegations(request, as)).find(matches));
  const rows = JSON.stringify(await delegations(request, as)).slice(0, 300);
  expectThat(row !== undefined, `expected another row, got ${rows}`);
}

/** Delegates a task to a new agent that replies with `text`, and returns the source once the agent has replied. */
async function delegateTo(request: SendRequest, operator: Operator, text: string): Promise<Credentials> {
  const reply = { jsonrpc: "2.0", id: 1, result: { parts: [{ kind: "text", text }] } };
  const source = await operator.createWorkspace();
  const respond = (response: ServerResponse) => response.end(JSON.stringify(reply));
  await withAgent(operator, respond, async ({ id }, { received }) => {
    await delegate(request, source, { target_id: id, task: "count to ten" });
    await expectRow(request, source, ({ status }) => status === "completed");
    expectThat(received.length === 1, `expected one request to the agent, got ${received.length}`);
  });
  return source;
}

const MALFORMED: readonly [name: string, title: string, body: unknown, error: string][] = [
  ["no-json", "A delegation that is not JSON is refused", "{", "invalid delegation request"],
  ["no-target", "A delegation without a target is refused", { task: "x" }, "invalid delegation request"],
  [
    "no-task",
    "A delegation without a task is refused",
    { target_id: randomUUID() },
    "invalid delegation request",
  ],
  [
    "empty-task",
    "A delegation with an empty task is refused",
    { target_id: randomUUID(), task: "" },
    "invalid delegation request",
  ],
  [
    "no-uuid",
    "A delegation to a target that is not a UUID is refused",
    { target_id: "x", task: "x" },
    "target_id must be a valid UUID",
  ],
];

export const DELEGATE: readonly Check[] = [
  ...MALFORMED.map(([name, title, body, error]) =>
    check({
      id: `delegate.${name}`,
      title,
      needs: ["self"],
      run: async ({ request, self }) => expectError(await delegate(request, self, body), 400, error),
    }),
  ),
  check({
    id: "delegate.self",
    title: "A delegation to the source itself is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(
        await delegate(request, self, { target_id: self.id, task: "x" }),
        400,
        "self-delegation not permitted",
      ),
  }),
  check({
    id: "delegate.missing-token",
    title: "A delegation without a token is refused",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await request("POST", `/workspaces/${self.id}/delegate`, { body: {} });
      expectError(response, 401, "missing workspace auth token");
    },
  }),
  check({
    id: "delegate.foreign-token",
    title: "A delegation with the token of another workspace is refused",
    needs: ["self", "peerToken"],
    run: async ({ request, self, peerToken }) =>
      expectError(
        await delegate(request, { ...self, token: peerToken }, {}),
        401,
        "invalid workspace auth token",
      ),
  }),
  check({
    id: "delegate.receipt",
    title: "A delegation is accepted at once and listed",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) => {
      const response = await delegate(request, self, { target_id: peer, task: "say hello" });
      expectResponse(response, 202, { delegation_id: UUID, status: "delegated", target_id: peer });
      const { delegation_id } = readFields(response.json);
      await expectRow(request, self, (row) => row.delegation_id === delegation_id);
    },
  }),
  check({
    id: "delegate.same-key",
    title: "A repeated idempotency key returns the first delegation",
    needs: ["self", "peer"],
    run: async ({ request, self, peer }) => {
      const body = { target_id: peer, task: "say hello", idempotency_key: randomUUID() };
      const first = await delegate(request, self, body);
      expectResponse(first, 202);
      const { delegation_id } = readFields(first.json);
      expectResponse(await delegate(request, self, body), 200, {
        delegation_id,
        status: isString,
        idempotent_hit: true,
      });
    },
  }),
  check({
    id: "delegate.rows",
    title: "Delegations are an array of rows, each with source, target, status and time",
    needs: ["self"],
    run: async ({ request, self }) => {
      const names = ["source_id", "target_id", "summary", "status", "created_at"];
      for (const row of await delegations(request, self)) {
        const wrong = names.filter((name) => !isString(row[name]));
        expectThat(wrong.length === 0, `expected text in ${wrong.join(", ")} of ${JSON.stringify(row)}`);
      }
    },
  }),
  check({
    id: "delegate.result",
    title: "The result of a completed delegation is listed by its beginning, and whole in the activity",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const text = "ten ".repeat(200);
      const source = await delegateTo(request, operator, text);
      const isResult = (row: Record<string, unknown>) => row.response_preview === `${text.slice(0, 300)}...`;
      await expectRow(request, source, isResult);
      const activity = await request("GET", `/workspaces/${source.id}/activity?type=delegation`, {
        as: source,
      });
      const whole = readRows(activity).some(({ response_body }) => readFields(response_body).text === text);
      expectThat(whole, "expected the whole result in the activity");
    },
  }),
  check({
    id: "delegate.lost-result",
    title: "A result whose byte 80 is within a character is lost: the delegation is completed without one",
    only: "2026-04",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const source = await delegateTo(request, operator, "完成".repeat(20));
      await expectRow(request, source, ({ status }) => status === "completed");
      const rows = await delegations(request, source);
      expectThat(rows.length === 1, `expected one row, got ${JSON.stringify(rows).slice(0, 300)}`);
    },
  }),
  check({
    id: "delegate.nul",
    title: "A task with a NUL is accepted with a warning: it has no row",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const source = await operator.createWorkspace();
      const { id } = await operator.createWorkspace();
      expectResponse(await delegate(request, source, { target_id: id, task: "a\0b" }), 202, {
        warning: "delegation dispatched but status tracking unavailable",
      });
    },
  }),
  check({
    id: "delegate.denied",
    title: "A denied delegation is accepted, and listed as failed",
    mayFail: "Later builds refuse it at once",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const source = credentialsOf(embedded.addWorkspace({}));
      const stranger = embedded.addWorkspace({ parentId: randomUUID() });
      expectResponse(await delegate(request, source, { target_id: stranger.id, task: "x" }), 202);
      const isDenied = (row: Record<string, unknown>) =>
        row.status === "failed" && String(row.error).startsWith("access denied");
      await expectRow(request, source, isDenied);
    },
  }),
  check({
    id: "delegate.record",
    title: "A delegation by the agent itself can be recorded and completed",
    needs: ["scratch", "peer"],
    run: async ({ request, scratch, peer }) => {
      const as = scratch();
      const delegation_id = randomUUID();
      const base = `/workspaces/${as.id}/delegations`;
      const recorded = await request("POST", `${base}/record`, {
        as,
        body: { target_id: peer, task: "x", delegation_id },
      });
      expectResponse(recorded, 202, { delegation_id, status: "recorded" });
      const updated = await request("POST", `${base}/${delegation_id}/update`, {
        as,
        body: { status: "completed", response_preview: "done" },
      });
      expectResponse(updated, 200, { delegation_id, status: "completed" });
      await expectRow(
        request,
        as,
        (row) => row.delegation_id === delegation_id && row.status === "completed",
      );
    },
  }),
  check({
    id: "delegate.record-unreadable",
    title: "A record without its required fields is refused",
    needs: ["self"],
    run: async ({ request, self }) => {
      const path = `/workspaces/${self.id}/delegations/record`;
      expectError(
        await request("POST", path, { as: self, body: { task: "x" } }),
        400,
        "invalid request body",
      );
      const body = { target_id: "x", task: "x", delegation_id: "x" };
      expectError(await request("POST", path, { as: self, body }), 400, "target_id must be a valid UUID");
    },
  }),
  ...["queued", "in_progress", "done"].map((status) =>
    check({
      id: `delegate.update-${status}`,
      title: `An update to the status ${status} is refused`,
      needs: ["self"],
      run: async ({ request, self }) => {
        const path = `/workspaces/${self.id}/delegations/${randomUUID()}/update`;
        const response = await request("POST", path, { as: self, body: { status } });
        expectError(response, 400, "status must be 'completed' or 'failed'");
      },
    }),
  ),
];
