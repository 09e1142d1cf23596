import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectError, expectResponse, expectThat, readRows } from "../expect";
import type { Credentials, HttpResponse, SendRequest } from "../http";

function notify(request: SendRequest, as: Credentials, body: unknown): Promise<HttpResponse> {
  return request("POST", `/workspaces/${as.id}/notify`, { as, body });
}

const MALFORMED: readonly [name: string, title: string, body: unknown, error: string][] = [
  ["no-json", "A notification that is not JSON is refused", "{", "message is required"],
  ["no-message", "A notification without a message is refused", { type: "text" }, "message is required"],
  [
    "empty-message",
    "A notification with an empty message is refused",
    { message: "" },
    "message is required",
  ],
  [
    "nameless-file",
    "An attachment without a name is refused",
    { message: "x", attachments: [{ uri: "workspace:/a", name: "a" }, { uri: "workspace:/b" }] },
    "attachment[1]: uri and name are required",
  ],
];

export const NOTIFY: readonly Check[] = [
  ...MALFORMED.map(([name, title, body, error]) =>
    check({
      id: `notify.${name}`,
      title,
      needs: ["self"],
      run: async ({ request, self }) => expectError(await notify(request, self, body), 400, error),
    }),
  ),
  check({
    id: "notify.missing-token",
    title: "A notification without a token is refused",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await request("POST", `/workspaces/${self.id}/notify`, { body: { message: "x" } });
      expectError(response, 401, "missing workspace auth token");
    },
  }),
  check({
    id: "notify.sent",
    title: "A notification is in the activity of the workspace, without a source",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const workspace = scratch();
      const message = `conformance ${randomUUID()}`;
      expectResponse(await notify(request, workspace, { message, type: "ignored" }), 200, { status: "sent" });
      const rows = readRows(
        await request("GET", `/workspaces/${workspace.id}/activity?source=canvas`, { as: workspace }),
      );
      const row = rows.find((each) => JSON.stringify(each).includes(message));
      expectThat(
        row?.activity_type === "a2a_receive" && row.method === "notify" && row.source_id === null,
        `expected a row of it, got ${JSON.stringify(row)}`,
      );
    },
  }),
];
