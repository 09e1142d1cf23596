import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectError, expectResponse, expectThat, isString, readFields, readRows, UUID } from "../expect";
import { type Credentials, credentialsOf, type HttpResponse, type SendRequest } from "../http";
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
    title: "The result of a completed delegation is listed",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const peer = embedded.addWorkspace({ reply: () => "ten" });
      const source = credentialsOf(embedded.addWorkspace({}));
      await delegate(request, source, { target_id: peer.id, task: "count to ten" });
      await expectRow(request, source, (row) => row.status === "completed" && row.response_preview === "ten");
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
