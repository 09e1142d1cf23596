import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectAnswer, expectEqual, expectRefusal, expectThat, fieldsOf, isFilled, isWhole } from "../expect";

export const TOKENS: readonly Check[] = [
  check({
    id: "tokens.list",
    title: "A workspace may see the beginnings of its tokens, and no more",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const answer = await ask("GET", `/workspaces/${self.id}/tokens`, { as: self });
      expectAnswer(answer, 200, { tokens: Array.isArray, count: isWhole });
      expectThat(!answer.text.includes(self.token), "expected the beginning of the token only");
      expectThat(answer.text.includes(self.token.slice(0, 8)), "expected the token that was shown");
    },
  }),
  check({
    id: "tokens.missing-token",
    title: "It must show one",
    needs: ["self"],
    run: async ({ ask, self }) =>
      expectRefusal(await ask("GET", `/workspaces/${self.id}/tokens`), 401, "missing workspace auth token"),
  }),
  check({
    id: "tokens.mint-and-revoke",
    title: "A token more works beside the first until it is revoked",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const as = scratch();
      const base = `/workspaces/${as.id}/tokens`;
      const minted = await ask("POST", base, { as });
      expectAnswer(minted, 201, { auth_token: /^[\w-]{43}$/, workspace_id: as.id, message: isFilled });
      const bearer = String(fieldsOf(minted.json).auth_token);
      expectAnswer(await ask("GET", `/workspaces/${as.id}/state`, { bearer }), 200);
      expectAnswer(await ask("GET", `/workspaces/${as.id}/state`, { as }), 200);

      const listed = fieldsOf((await ask("GET", base, { as })).json).tokens;
      const rows = Array.isArray(listed) ? listed.map(fieldsOf) : [];
      const id = rows.find(({ prefix }) => prefix === bearer.slice(0, 8))?.id;
      expectAnswer(await ask("DELETE", `${base}/${id}`, { as }), 200, { status: "revoked" });
      const { status } = await ask("GET", `/workspaces/${as.id}/state`, { bearer });
      expectEqual(status, 401, "the answer to a revoked token");
    },
  }),
  check({
    id: "tokens.removed",
    title: "One that is minted for a removed workspace is asked for from then on, and never works",
    needs: ["embedded", "adminToken"],
    run: async ({ ask, embedded, adminToken }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      const minted = await ask("POST", `/workspaces/${id}/tokens`, { bearer: adminToken });
      expectAnswer(minted, 201, { auth_token: isFilled });
      const body = { workspace_id: id };
      const bare = await ask("POST", "/registry/heartbeat", { body });
      expectRefusal(bare, 401, "missing workspace auth token");
      const bearer = String(fieldsOf(minted.json).auth_token);
      const beat = await ask("POST", "/registry/heartbeat", { bearer, body });
      expectRefusal(beat, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "tokens.unknown",
    title: "A token that is not there cannot be revoked",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const answer = await ask("DELETE", `/workspaces/${self.id}/tokens/${randomUUID()}`, { as: self });
      expectRefusal(answer, 404, "token not found or already revoked");
    },
  }),
];
