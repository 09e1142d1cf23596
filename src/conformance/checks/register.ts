import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectError, expectResponse, isAbsent, readFields } from "../expect";
import { PUBLIC_URL, register } from "../requests";

/** A token as a registration returns it. */
export const TOKEN = /^[\w-]{43}$/;

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
];
