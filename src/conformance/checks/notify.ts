import { randomUUID } from "node:crypto";
import type { Answer, Ask, Party } from "../ask";
import { type Check, check } from "../check";
import { expectAnswer, expectRefusal, expectThat, rowsOf } from "../expect";

function notify(ask: Ask, as: Party, body: unknown): Promise<Answer> {
  return ask("POST", `/workspaces/${as.id}/notify`, { as, body });
}

const unreadable: readonly [name: string, title: string, body: unknown, error: string][] = [
  ["no-json", "A notice that is no JSON is refused", "{", "message is required"],
  ["no-message", "One without a message is refused", { type: "text" }, "message is required"],
  ["empty-message", "So is an empty message", { message: "" }, "message is required"],
  [
    "nameless-file",
    "A file must have a name",
    { message: "x", attachments: [{ uri: "workspace:/a", name: "a" }, { uri: "workspace:/b" }] },
    "attachment[1]: uri and name are required",
  ],
];

export const NOTIFY: readonly Check[] = [
  ...unreadable.map(([name, title, body, error]) =>
    check({
      id: `notify.${name}`,
      title,
      needs: ["self"],
      run: async ({ ask, self }) => expectRefusal(await notify(ask, self, body), 400, error),
    }),
  ),
  check({
    id: "notify.missing-token",
    title: "The workspace must show its token",
    needs: ["self"],
    run: async ({ ask, self }) => {
      const answer = await ask("POST", `/workspaces/${self.id}/notify`, { body: { message: "x" } });
      expectRefusal(answer, 401, "missing workspace auth token");
    },
  }),
  check({
    id: "notify.sent",
    title: "What a human is told is among the activity of the workspace, from nobody",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const who = scratch();
      const message = `conformance ${randomUUID()}`;
      expectAnswer(await notify(ask, who, { message, type: "ignored" }), 200, { status: "sent" });
      const rows = rowsOf(await ask("GET", `/workspaces/${who.id}/activity?source=canvas`, { as: who }));
      const row = rows.find((each) => JSON.stringify(each).includes(message));
      expectThat(
        row?.activity_type === "a2a_receive" && row.method === "notify" && row.source_id === null,
        `expected a row of it, got ${JSON.stringify(row)}`,
      );
    },
  }),
];
