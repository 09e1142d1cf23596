import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectEqual, expectError } from "../expect";

export const EVENTS: readonly Check[] = [
  check({
    id: "events.stream",
    title: "The event stream of a workspace begins with the comment ping",
    needs: ["self"],
    run: async ({ request, self }) => {
      const path = `/workspaces/${self.id}/events/stream`;
      const { status, headers, text } = await request("GET", path, { as: self, firstBytes: true });
      const type = headers.get("content-type")?.split(";")[0];
      expectEqual([status, type, text], [200, "text/event-stream", ": ping\n\n"], "the beginning");
    },
  }),
  check({
    id: "events.wrong-token",
    title: "The event stream with a wrong token is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(
        await request("GET", `/workspaces/${self.id}/events/stream`, { bearer: "wrong" }),
        401,
        "invalid workspace auth token",
      ),
  }),
  check({
    id: "events.unknown-id",
    title: "The event stream of an unknown workspace is a 404",
    needs: ["adminToken"],
    run: async ({ request, adminToken }) =>
      expectError(
        await request("GET", `/workspaces/${randomUUID()}/events/stream`, { bearer: adminToken }),
        404,
        "workspace not found",
      ),
  }),
];
