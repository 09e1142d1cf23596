import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectEqual, expectError, expectResponse, isAbsent, isNonEmptyString, readFields } from "../expect";
import { credentialsOf } from "../http";
import { PUBLIC_URL, register } from "../requests";

const TOKEN = /^[\w-]{43}$/;

const MALFORMED: readonly [name: string, title: string, body: unknown][] = [
  ["no-json", "A registration that is not JSON is refused", "{"],
  ["empty", "A registration without a body is refused", ""],
  ["no-id", "A registration without an id is refused", { url: PUBLIC_URL, agent_card: {} }],
  ["empty-id", "A registration with an empty id is refused", { id: "", url: PUBLIC_URL, agent_card: {} }],
  [
    "number-id",
    "A registration with a number as its id is refused",
    { id: 1, url: PUBLIC_URL, agent_card: {} },
  ],
  ["no-card", "A registration without a card is refused", { id: randomUUID(), url: PUBLIC_URL }],
];

export const REGISTER: readonly Check[] = [
  ...MALFORMED.map(([name, title, body]) =>
    check({
      id: `register.${name}`,
      title,
      run: async ({ request }) =>
        expectError(await request("POST", "/registry/register", { body }), 400, "invalid request body"),
    }),
  ),
  check({
    id: "register.no-uuid",
    title: "A registration with an id that is not a UUID fails in the database",
    run: async ({ request }) =>
      expectError(await register(request, { id: "no-uuid" }), 500, "registration failed"),
  }),
  check({
    id: "register.url-for-all",
    title: "A registration without a URL is refused",
    only: "2026-04",
    run: async ({ request }) =>
      expectError(await register(request, { id: randomUUID() }, { url: "" }), 400, "invalid request body"),
  }),
  check({
    id: "register.url-for-push",
    title: "A registration without a URL is refused in push mode",
    only: "2026-05",
    run: async ({ request }) => {
      const response = await register(request, { id: randomUUID() }, { url: "", agent_card: {} });
      expectError(response, 400, "url is required for push-mode workspaces");
    },
  }),
  ...["pull", "Poll", " poll"].map((mode, index) =>
    check({
      id: `register.mode-${index + 1}`,
      title: `The delivery mode "${mode}" is refused`,
      only: "2026-05",
      run: async ({ request }) => {
        const response = await register(request, { id: randomUUID() }, { delivery_mode: mode });
        expectError(response, 400, "delivery_mode must be 'push' or 'poll'");
      },
    }),
  ),
  check({
    id: "register.first-token",
    title: "The first registration returns a valid token",
    needs: ["changes"],
    run: async ({ request }) => {
      const id = randomUUID();
      const response = await register(request, { id });
      expectResponse(response, 200, { status: "registered", auth_token: TOKEN });
      const token = String(readFields(response.json).auth_token);
      expectResponse(await request("GET", `/workspaces/${id}/state`, { bearer: token }), 200, {
        workspace_id: id,
      });
    },
  }),
  check({
    id: "register.named-by-id",
    title: "A registration of an unknown id creates an online workspace with the id as its name",
    needs: ["changes"],
    run: async ({ request }) => {
      const id = randomUUID();
      await register(request, { id });
      expectResponse(await request("GET", `/workspaces/${id}`), 200, { id, name: id, status: "online" });
    },
  }),
  check({
    id: "register.no-second-token",
    title: "A later registration returns no token",
    needs: ["scratch"],
    run: async ({ request, scratch }) =>
      expectResponse(await register(request, scratch()), 200, { status: "registered", auth_token: isAbsent }),
  }),
  check({
    id: "register.missing-token",
    title: "A registration without the token of the workspace is refused",
    needs: ["scratch"],
    run: async ({ request, scratch }) =>
      expectError(await register(request, { id: scratch().id }), 401, "missing workspace auth token"),
  }),
  check({
    id: "register.wrong-token",
    title: "A registration with a wrong token is refused",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const response = await register(request, { id: scratch().id, token: "wrong" });
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "register.foreign-token",
    title: "A registration with the token of another workspace is refused",
    needs: ["scratch", "peerToken"],
    run: async ({ request, scratch, peerToken }) => {
      const response = await register(request, { id: scratch().id, token: peerToken });
      expectError(response, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "register.scheme",
    title: "The authorization scheme is case-sensitive: `bearer` is refused",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const { id, token } = scratch();
      const body = { id, url: PUBLIC_URL, agent_card: {} };
      const headers = { authorization: `bearer ${token}` };
      const response = await request("POST", "/registry/register", { body, headers });
      expectError(response, 401, "missing workspace auth token");
    },
  }),
  check({
    id: "register.url-before-token",
    title: "The URL is validated before the token",
    only: "2026-04",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const response = await register(request, { id: scratch().id }, { url: "http://169.254.169.254/" });
      expectError(response, 400, "invalid request body");
    },
  }),
  check({
    id: "register.token-before-url",
    title: "The token is validated before the URL",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const response = await register(request, { id: scratch().id }, { url: "http://169.254.169.254/" });
      expectError(response, 401, "missing workspace auth token");
    },
  }),
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
