import { type Check, check } from "../check";
import { expectEqual, expectError, expectResponse, isNonEmptyString, readFields } from "../expect";
import { credentialsOf } from "../http";
import { PUBLIC_URL, register } from "../requests";
import { TOKEN } from "./register";

/** What a registration changes and returns; part of the topic `register`. */
export const REGISTER_EFFECTS: readonly Check[] = [
  check({
    id: "register.shows",
    title: "URL, card and status are stored",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const workspace = scratch();
      const agent_card = { name: "shown", skills: [{ id: "a", name: "A" }], extra: { kept: true } };
      await register(request, workspace, { agent_card, delivery_mode: "push" });
      const expected = { url: PUBLIC_URL, agent_card, status: "online" };
      expectResponse(await request("GET", `/workspaces/${workspace.id}`), 200, expected);
    },
  }),
  check({
    id: "register.unknown-fields",
    title: "Unknown fields are ignored",
    needs: ["scratch"],
    run: async ({ request, scratch }) =>
      expectResponse(await register(request, scratch(), { more: { of: "this" } }), 200, {
        status: "registered",
      }),
  }),
  check({
    id: "register.plain-answer",
    title: "The response to a registration has neither a delivery mode nor a secret",
    only: "2026-04",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const response = await register(request, scratch(), { delivery_mode: "poll" });
      expectEqual(response.json, { status: "registered" }, "the response");
    },
  }),
  check({
    id: "register.mode",
    title: "The delivery mode is returned, and kept until another is sent",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const workspace = scratch();
      const poll = { delivery_mode: "poll" };
      expectResponse(await register(request, workspace, { ...poll, url: "" }), 200, poll);
      expectResponse(await register(request, workspace), 200, poll);
      const push = { delivery_mode: "push" };
      expectResponse(await register(request, workspace, push), 200, push);
    },
  }),
  check({
    id: "register.secret",
    title: "Every registration returns the inbound secret",
    only: "2026-05",
    mayFail: "A platform without a secret for the workspace omits it",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const workspace = scratch();
      for (let count = 0; count < 2; count += 1) {
        expectResponse(await register(request, workspace), 200, {
          platform_inbound_secret: isNonEmptyString,
        });
      }
    },
  }),
  check({
    id: "register.kept-url",
    title: "A loopback URL that the platform itself assigned is kept",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const url = "http://127.0.0.1:40123";
      const workspace = credentialsOf(embedded.addWorkspace({ url }));
      await register(request, workspace);
      expectResponse(await request("GET", `/workspaces/${workspace.id}`), 200, { url });
    },
  }),
  ...["paused", "degraded", "offline", "failed", "awaiting_agent"].map((status) =>
    check({
      id: `register.revives-${status}`,
      title: `A registration brings a workspace that is ${status} online`,
      needs: ["embedded"],
      run: async ({ request, embedded }) => {
        const workspace = credentialsOf(embedded.addWorkspace({ status }));
        await register(request, workspace);
        expectResponse(await request("GET", `/workspaces/${workspace.id}`), 200, { status: "online" });
      },
    }),
  ),
  check({
    id: "register.removed",
    title: "A registration does not restore a removed workspace, and its token is never valid",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      const registration = await register(request, { id });
      expectResponse(registration, 200, { status: "registered", auth_token: TOKEN });
      const response = await request("GET", `/workspaces/${id}?include_removed=true`);
      expectResponse(response, 200, { status: "removed" });
      const bearer = String(readFields(registration.json).auth_token);
      const body = { workspace_id: id };
      expectError(
        await request("POST", "/registry/heartbeat", { bearer, body }),
        401,
        "invalid workspace auth token",
      );
    },
  }),
];
