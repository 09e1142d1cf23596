import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import {
  expectEqual,
  expectError,
  expectResponse,
  expectThat,
  isInteger,
  isNonEmptyString,
  readFields,
} from "../expect";

export const TOKENS: readonly Check[] = [
  check({
    id: "tokens.list",
    title: "A workspace can list the prefixes of its tokens",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await request("GET", `/workspaces/${self.id}/tokens`, { as: self });
      expectResponse(response, 200, { tokens: Array.isArray, count: isInteger });
      expectThat(!response.text.includes(self.token), "expected the beginning of the token only");
      expectThat(response.text.includes(self.token.slice(0, 8)), "expected the prefix of the token");
    },
  }),
  check({
    id: "tokens.missing-token",
    title: "A token list without a token is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(await request("GET", `/workspaces/${self.id}/tokens`), 401, "missing workspace auth token"),
  }),
  check({
    id: "tokens.mint-and-revoke",
    title: "A second token is valid beside the first until it is revoked",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const as = scratch();
      const base = `/workspaces/${as.id}/tokens`;
      const minted = await request("POST", base, { as });
      expectResponse(minted, 201, {
        auth_token: /^[\w-]{43}$/,
        workspace_id: as.id,
        message: isNonEmptyString,
      });
      const bearer = String(readFields(minted.json).auth_token);
      expectResponse(await request("GET", `/workspaces/${as.id}/state`, { bearer }), 200);
      expectResponse(await request("GET", `/workspaces/${as.id}/state`, { as }), 200);

      const listed = readFields((await request("GET", base, { as })).json).tokens;
      const rows = Array.isArray(listed) ? listed.map(readFields) : [];
      const id = rows.find(({ prefix }) => prefix === bearer.slice(0, 8))?.id;
      expectResponse(await request("DELETE", `${base}/${id}`, { as }), 200, { status: "revoked" });
      const { status } = await request("GET", `/workspaces/${as.id}/state`, { bearer });
      expectEqual(status, 401, "the status for a revoked token");
    },
  }),
  check({
    id: "tokens.removed",
    title: "A token for a removed workspace is required from then on, and never valid",
    needs: ["embedded", "adminToken"],
    run: async ({ request, embedded, adminToken }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      const minted = await request("POST", `/workspaces/${id}/tokens`, { bearer: adminToken });
      expectResponse(minted, 201, { auth_token: isNonEmptyString });
      const body = { workspace_id: id };
      const bare = await request("POST", "/registry/heartbeat", { body });
      expectError(bare, 401, "missing workspace auth token");
      const bearer = String(readFields(minted.json).auth_token);
      const beat = await request("POST", "/registry/heartbeat", { bearer, body });
      expectError(beat, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "tokens.unknown",
    title: "An unknown token cannot be revoked",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await request("DELETE", `/workspaces/${self.id}/tokens/${randomUUID()}`, { as: self });
      expectError(response, 404, "token not found or already revoked");
    },
  }),
];
