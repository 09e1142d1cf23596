import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectAnswer, expectRefusal, isFilled, isWhole, isWholeOrNull } from "../expect";

export const STATE: readonly Check[] = [
  check({
    id: "state.own",
    title: "A workspace may ask whether it was paused or deleted",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectAnswer(await ask("GET", `/workspaces/${self.id}/state`, { as: self }), 200, {
        workspace_id: self.id,
        status: isFilled,
        paused: false,
        deleted: false,
      }),
  }),
  check({
    id: "state.missing-token",
    title: "It must show its token",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectRefusal(await ask("GET", `/workspaces/${self.id}/state`), 401, "missing workspace auth token"),
  }),
  check({
    id: "state.wrong-token",
    title: "A wrong token is refused",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const answer = await ask("GET", `/workspaces/${self.id}/state`, { bearer: "wrong" });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "state.foreign-token",
    title: "So is the token of another workspace",
    needs: ["self", "peerToken"],
    run: async ({ ask, self, peerToken }) => {
      const answer = await ask("GET", `/workspaces/${self.id}/state`, { bearer: peerToken });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "state.unknown-id",
    title: "Who is not known has no token that would do",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const answer = await ask("GET", `/workspaces/${randomUUID()}/state`, { as: self });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "state.admin-token",
    title: "The operator may ask for any",
    needs: ["self", "adminToken"],
    run: async ({ ask, self, adminToken }) =>
      expectAnswer(await ask("GET", `/workspaces/${self.id}/state`, { bearer: adminToken }), 200, {
        workspace_id: self.id,
      }),
  }),
  check({
    id: "state.no-uuid",
    title: "Of what is no UUID the operator learns nothing: it fails in the database",
    needs: ["adminToken"],
    run: async ({ ask, adminToken }) =>
      expectAnswer(await ask("GET", "/workspaces/no-uuid/state", { bearer: adminToken }), 500),
  }),
  check({
    id: "state.budget",
    title: "A workspace may look up what it may spend and has spent",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectAnswer(await ask("GET", `/workspaces/${self.id}/budget`, { as: self }), 200, {
        budget_limit: isWholeOrNull,
        monthly_spend: isWhole,
        budget_remaining: isWholeOrNull,
      }),
  }),
  check({
    id: "state.paused",
    title: "A paused workspace is told so",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id, token } = embedded.addWorkspace({ status: "paused" });
      const answer = await ask("GET", `/workspaces/${id}/state`, { bearer: token ?? "" });
      expectAnswer(answer, 200, { status: "paused", paused: true, deleted: false });
    },
  }),
  check({
    id: "state.no-token-left",
    title: "A removed workspace has no token any more",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const gone = embedded.addWorkspace({});
      const bearer = gone.token ?? "";
      gone.setStatus("removed");
      const answer = await ask("GET", `/workspaces/${gone.id}/state`, { bearer });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "state.deleted",
    title: "The operator is told that it was deleted",
    needs: ["embedded", "adminToken"],
    run: async ({ ask, embedded, adminToken }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      const answer = await ask("GET", `/workspaces/${id}/state`, { bearer: adminToken });
      expectAnswer(answer, 404, { workspace_id: id, status: "removed", deleted: true });
    },
  }),
];
