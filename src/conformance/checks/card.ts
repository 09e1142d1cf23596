import { randomUUID } from "node:crypto";
import type { Answer, Ask, Party } from "../ask";
import { type Check, check } from "../check";
import { expectAnswer, expectRefusal } from "../expect";

function updateCard(ask: Ask, { id, token }: Partial<Party>, card: unknown): Promise<Answer> {
  const body = { workspace_id: id, agent_card: card };
  return ask("POST", "/registry/update-card", { body, ...(token !== undefined && { bearer: token }) });
}

export const CARD: readonly Check[] = [
  check({
    id: "card.no-json",
    title: "A card that is no JSON is refused",
    run: async ({ ask }) => {
      const answer = await ask("POST", "/registry/update-card", { body: "{" });
      expectRefusal(answer, 400, "invalid request body");
    },
  }),
  check({
    id: "card.no-card",
    title: "So is a request without a card",
    run: async ({ ask }) =>
      expectRefusal(await updateCard(ask, { id: randomUUID() }, undefined), 400, "invalid request body"),
  }),
  check({
    id: "card.no-id",
    title: "And one without a workspace",
    run: async ({ ask }) => expectRefusal(await updateCard(ask, {}, {}), 400, "invalid request body"),
  }),
  check({
    id: "card.no-uuid",
    title: "An id that is no UUID fails in the database",
    run: async ({ ask }) =>
      expectRefusal(await updateCard(ask, { id: "no-uuid" }, {}), 500, "failed to update card"),
  }),
  check({
    id: "card.unknown-id",
    title: "The card of an unknown workspace is answered like any other",
    run: async ({ ask }) =>
      expectAnswer(await updateCard(ask, { id: randomUUID() }, {}), 200, { status: "updated" }),
  }),
  check({
    id: "card.missing-token",
    title: "A workspace with a token must show it",
    needs: ["scratch"],
    run: async ({ ask, scratch }) =>
      expectRefusal(await updateCard(ask, { id: scratch().id }, {}), 401, "missing workspace auth token"),
  }),
  check({
    id: "card.wrong-token",
    title: "A wrong token is refused",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const answer = await updateCard(ask, { id: scratch().id, token: "wrong" }, {});
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "card.replaces",
    title: "The whole card is replaced",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const who = scratch();
      await updateCard(ask, who, { name: "old", version: "1" });
      expectAnswer(await updateCard(ask, who, { name: "new" }), 200, { status: "updated" });
      expectAnswer(await ask("GET", `/workspaces/${who.id}`), 200, { agent_card: { name: "new" } });
    },
  }),
];
