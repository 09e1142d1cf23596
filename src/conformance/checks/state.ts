import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectError, expectResponse, isInteger, isIntegerOrNull, isNonEmptyString } from "../expect";

export const STATE: readonly Check[] = [
  check({
    id: "state.own",
    title: "A workspace can read whether it is paused or deleted",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectResponse(await request("GET", `/workspaces/${self.id}/state`, { as: self }), 200, {
        workspace_id: self.id,
        status: isNonEmptyString,
        paused: false,
        deleted: false,
      }),
  }),
  check({
    id: "state.missing-token",
    title: "The state without a token is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(await request("GET", `/workspaces/${self.id}/state`), 401, "missing workspace auth token"),
  }),
  check({
    id: "state.wrong-token",
    title: "The state with a wrong token is refused",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await request("GET", `/workspaces/${self.id}/state`, { bearer: "wrong" });
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "state.foreign-token",
    title: "The state with the token of another workspace is refused",
    needs: ["self", "peerToken"],
    run: async ({ request, self, peerToken }) => {
      const response = await request("GET", `/workspaces/${self.id}/state`, { bearer: peerToken });
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "state.unknown-id",
    title: "The state of an unknown workspace is refused with any token",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await request("GET", `/workspaces/${randomUUID()}/state`, { as: self });
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "state.admin-token",
    title: "The operator cannot read the state of a workspace that has a token of its own",
    needs: ["self", "adminToken"],
    run: async ({ request, self, adminToken }) => {
      const response = await request("GET", `/workspaces/${self.id}/state`, { bearer: adminToken });
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "state.no-uuid",
    title: "The state of an id that is not a UUID fails in the database",
    needs: ["adminToken"],
    run: async ({ request, adminToken }) =>
      expectResponse(await request("GET", "/workspaces/no-uuid/state", { bearer: adminToken }), 500),
  }),
  check({
    id: "state.budget",
    title: "A workspace can read its budget and spend",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectResponse(await request("GET", `/workspaces/${self.id}/budget`, { as: self }), 200, {
        budget_limit: isIntegerOrNull,
        monthly_spend: isInteger,
        budget_remaining: isIntegerOrNull,
      }),
  }),
  check({
    id: "state.paused",
    title: "The state of a paused workspace is paused",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { id, token } = await operator.createWorkspace();
      await operator.pause(id);
      const response = await request("GET", `/workspaces/${id}/state`, { bearer: token });
      expectResponse(response, 200, { status: "paused", paused: true, deleted: false });
    },
  }),
  check({
    id: "state.no-token-left",
    title: "The token of a removed workspace is refused",
    needs: ["operator"],
    run: async ({ request, operator }) => {
      const { id, token } = await operator.createWorkspace();
      await operator.remove(id);
      const response = await request("GET", `/workspaces/${id}/state`, { bearer: token });
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "state.deleted",
    title: "The state of a removed workspace is a 404 that says deleted",
    needs: ["operator", "adminToken"],
    run: async ({ request, operator, adminToken }) => {
      const { id } = await operator.createWorkspace();
      await operator.remove(id);
      const response = await request("GET", `/workspaces/${id}/state`, { bearer: adminToken });
      expectResponse(response, 404, { workspace_id: id, status: "removed", deleted: true });
    },
  }),
];
