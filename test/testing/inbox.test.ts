import { expect, it } from "vitest";
import { appendToInbox } from "../../src/testing/agents/proxy";
import { manualClock } from "../../src/testing/clock";
import { resolveOptions } from "../../src/testing/options";
import { createState, createWorkspace } from "../../src/testing/store";
import { messageBody } from "./helpers/exchange";

it("keeps what is left for an agent that polls as a row of its activity", () => {
  const state = createState(resolveOptions({ clock: manualClock() }));
  const target = createWorkspace({ id: "target", name: "Lead", createdAt: 0, inboundSecret: "" });
  state.workspaces.set(target.id, target);
  appendToInbox(state, target, "caller", messageBody());
  appendToInbox(state, target, null, { jsonrpc: "2.0" });
  expect(state.activities).toMatchObject([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      workspace_id: "target",
      activity_type: "a2a_receive",
      source_id: "caller",
      target_id: "target",
      method: "message/send",
      summary: "message/send → Lead (queued for poll)",
      status: "ok",
      duration_ms: null,
      error_detail: null,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      request_body: messageBody(),
    },
    { source_id: null, method: "" },
  ]);
});
