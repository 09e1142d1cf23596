import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectError, expectResponse } from "../expect";
import type { Credentials, HttpResponse, SendRequest } from "../http";

function updateCard(
  request: SendRequest,
  { id, token }: Partial<Credentials>,
  card: unknown,
): Promise<HttpResponse> {
  const body = { workspace_id: id, agent_card: card };
  return request("POST", "/registry/update-card", { body, ...(token !== undefined && { bearer: token }) });
}

export const CARD: readonly Check[] = [
  check({
    id: "card.no-json",
    title: "A card update that is not JSON is refused",
    run: async ({ request }) => {
      const response = await request("POST", "/registry/update-card", { body: "{" });
      expectError(response, 400, "invalid request body");
    },
  }),
  check({
    id: "card.no-card",
    title: "A card update without a card is refused",
    run: async ({ request }) =>
      expectError(await updateCard(request, { id: randomUUID() }, undefined), 400, "invalid request body"),
  }),
  check({
    id: "card.no-id",
    title: "A card update without a workspace is refused",
    run: async ({ request }) => expectError(await updateCard(request, {}, {}), 400, "invalid request body"),
  }),
  check({
    id: "card.no-uuid",
    title: "A card update for an id that is not a UUID fails in the database",
    run: async ({ request }) =>
      expectError(await updateCard(request, { id: "no-uuid" }, {}), 500, "failed to update card"),
  }),
  check({
    id: "card.nul",
    title: "A card with a NUL fails in the database",
    needs: ["scratch"],
    run: async ({ request, scratch }) =>
      expectError(await updateCard(request, scratch(), { name: "a\0b" }), 500, "failed to update card"),
  }),
  check({
    id: "card.unknown-id",
    title: "A card update for an unknown workspace succeeds",
    run: async ({ request }) =>
      expectResponse(await updateCard(request, { id: randomUUID() }, {}), 200, { status: "updated" }),
  }),
  check({
    id: "card.missing-token",
    title: "A card update without the token of the workspace is refused",
    needs: ["scratch"],
    run: async ({ request, scratch }) =>
      expectError(await updateCard(request, { id: scratch().id }, {}), 401, "missing workspace auth token"),
  }),
  check({
    id: "card.wrong-token",
    title: "A card update with a wrong token is refused",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const response = await updateCard(request, { id: scratch().id, token: "wrong" }, {});
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "card.replaces",
    title: "A card update replaces the whole card",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const workspace = scratch();
      await updateCard(request, workspace, { name: "old", version: "1" });
      expectResponse(await updateCard(request, workspace, { name: "new" }), 200, { status: "updated" });
      expectResponse(await request("GET", `/workspaces/${workspace.id}`), 200, {
        agent_card: { name: "new" },
      });
    },
  }),
];
