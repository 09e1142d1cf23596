import { randomUUID } from "node:crypto";
import type { Answer, Ask, Party } from "../ask";
import { type Check, check } from "../check";
import { expectAnswer, expectEqual, expectRefusal, fieldsOf, isAbsent, isFilled } from "../expect";

// Nobody is ever sent there: the checks that register it send no message.
const PUBLIC_URL = "http://93.184.215.14:9/";
const TOKEN = /^[\w-]{43}$/;

/** A registration with the fields in `said`. */
export function register(ask: Ask, { id, token }: Partial<Party>, said: object = {}): Promise<Answer> {
  const body = { id, url: PUBLIC_URL, agent_card: { name: "conformance" }, ...said };
  return ask("POST", "/registry/register", { body, ...(token !== undefined && { bearer: token }) });
}

const unreadable: readonly [name: string, title: string, body: unknown][] = [
  ["no-json", "A registration that is no JSON is refused", "{"],
  ["empty", "One without a body is refused", ""],
  ["no-id", "One without an id is refused", { url: PUBLIC_URL, agent_card: {} }],
  ["empty-id", "One with an empty id is refused", { id: "", url: PUBLIC_URL, agent_card: {} }],
  ["number-id", "One whose id is a number is refused", { id: 1, url: PUBLIC_URL, agent_card: {} }],
  ["no-card", "One without a card is refused", { id: randomUUID(), url: PUBLIC_URL }],
];

export const REGISTER: readonly Check[] = [
  ...unreadable.map(([name, title, body]) =>
    check({
      id: `register.${name}`,
      title,
      run: async ({ ask }) =>
        expectRefusal(await ask("POST", "/registry/register", { body }), 400, "invalid request body"),
    }),
  ),
  check({
    id: "register.no-uuid",
    title: "An id that is no UUID fails in the database",
    run: async ({ ask }) => expectRefusal(await register(ask, { id: "no-uuid" }), 500, "registration failed"),
  }),
  check({
    id: "register.url-for-all",
    title: "Every agent needs a URL",
    only: "2026-04",
    run: async ({ ask }) =>
      expectRefusal(await register(ask, { id: randomUUID() }, { url: "" }), 400, "invalid request body"),
  }),
  check({
    id: "register.url-for-push",
    title: "An agent in push mode needs a URL",
    only: "2026-05",
    run: async ({ ask }) => {
      const answer = await register(ask, { id: randomUUID() }, { url: "", agent_card: {} });
      expectRefusal(answer, 400, "url is required for push-mode workspaces");
    },
  }),
  ...["pull", "Poll", " poll"].map((mode, index) =>
    check({
      id: `register.mode-${index + 1}`,
      title: `There is no delivery mode "${mode}"`,
      only: "2026-05",
      run: async ({ ask }) => {
        const answer = await register(ask, { id: randomUUID() }, { delivery_mode: mode });
        expectRefusal(answer, 400, "delivery_mode must be 'push' or 'poll'");
      },
    }),
  ),
  check({
    id: "register.first-token",
    title: "The first registration brings a token, which opens the workspace",
    needs: ["changes"],
    run: async ({ ask }) => {
      const id = randomUUID();
      const answer = await register(ask, { id });
      expectAnswer(answer, 200, { status: "registered", auth_token: TOKEN });
      const token = String(fieldsOf(answer.json).auth_token);
      expectAnswer(await ask("GET", `/workspaces/${id}/state`, { bearer: token }), 200, { workspace_id: id });
    },
  }),
  check({
    id: "register.named-by-id",
    title: "An unknown id becomes a workspace that is named by it and is online",
    needs: ["changes"],
    run: async ({ ask }) => {
      const id = randomUUID();
      await register(ask, { id });
      expectAnswer(await ask("GET", `/workspaces/${id}`), 200, { id, name: id, status: "online" });
    },
  }),
  check({
    id: "register.no-second-token",
    title: "A later registration brings none",
    needs: ["scratch"],
    run: async ({ ask, scratch }) =>
      expectAnswer(await register(ask, scratch()), 200, { status: "registered", auth_token: isAbsent }),
  }),
  check({
    id: "register.missing-token",
    title: "A workspace with a token is not registered without it",
    needs: ["scratch"],
    run: async ({ ask, scratch }) =>
      expectRefusal(await register(ask, { id: scratch().id }), 401, "missing workspace auth token"),
  }),
  check({
    id: "register.wrong-token",
    title: "Nor with a wrong one",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const answer = await register(ask, { id: scratch().id, token: "wrong" });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "register.foreign-token",
    title: "Nor with the token of another workspace",
    needs: ["scratch", "peerToken"],
    run: async ({ ask, scratch, peerToken }) => {
      const answer = await register(ask, { id: scratch().id, token: peerToken });
      expectRefusal(answer, 401, "invalid workspace auth token");
    },
  }),
  check({
    id: "register.scheme",
    title: "The scheme of the token is `Bearer` with its capital",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const { id, token } = scratch();
      const body = { id, url: PUBLIC_URL, agent_card: {} };
      const headers = { authorization: `bearer ${token}` };
      const answer = await ask("POST", "/registry/register", { body, headers });
      expectRefusal(answer, 401, "missing workspace auth token");
    },
  }),
  check({
    id: "register.url-before-token",
    title: "The URL is judged before the token is asked for",
    only: "2026-04",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const answer = await register(ask, { id: scratch().id }, { url: "http://169.254.169.254/" });
      expectRefusal(answer, 400, "invalid request body");
    },
  }),
  check({
    id: "register.token-before-url",
    title: "The token is asked for before the URL is judged",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const answer = await register(ask, { id: scratch().id }, { url: "http://169.254.169.254/" });
      expectRefusal(answer, 401, "missing workspace auth token");
    },
  }),
  check({
    id: "register.shows",
    title: "URL, card and status are there afterwards",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const who = scratch();
      const agent_card = { name: "shown", skills: [{ id: "a", name: "A" }], extra: { kept: true } };
      await register(ask, who, { agent_card, delivery_mode: "push" });
      const shown = { url: PUBLIC_URL, agent_card, status: "online" };
      expectAnswer(await ask("GET", `/workspaces/${who.id}`), 200, shown);
    },
  }),
  check({
    id: "register.unknown-fields",
    title: "Fields that nobody knows are ignored",
    needs: ["scratch"],
    run: async ({ ask, scratch }) =>
      expectAnswer(await register(ask, scratch(), { more: { of: "this" } }), 200, { status: "registered" }),
  }),
  check({
    id: "register.plain-answer",
    title: "The answer has neither a delivery mode nor a secret",
    only: "2026-04",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const answer = await register(ask, scratch(), { delivery_mode: "poll" });
      expectEqual(answer.json, { status: "registered" }, "the answer");
    },
  }),
  check({
    id: "register.mode",
    title: "The delivery mode is echoed, and stays until another is stated",
    only: "2026-05",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const who = scratch();
      const poll = { delivery_mode: "poll" };
      expectAnswer(await register(ask, who, { ...poll, url: "" }), 200, poll);
      expectAnswer(await register(ask, who), 200, poll);
      const push = { delivery_mode: "push" };
      expectAnswer(await register(ask, who, push), 200, push);
    },
  }),
  check({
    id: "register.secret",
    title: "Every registration hands out the inbound secret",
    only: "2026-05",
    mayFail: "A platform that has no secret for the workspace leaves it out",
    needs: ["scratch"],
    run: async ({ ask, scratch }) => {
      const who = scratch();
      for (let count = 0; count < 2; count += 1) {
        expectAnswer(await register(ask, who), 200, { platform_inbound_secret: isFilled });
      }
    },
  }),
  check({
    id: "register.kept-url",
    title: "A URL on this machine that the platform itself gave is kept",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const url = "http://127.0.0.1:40123";
      const { id, token } = embedded.addWorkspace({ url });
      await register(ask, { id, token: token ?? "" });
      expectAnswer(await ask("GET", `/workspaces/${id}`), 200, { url });
    },
  }),
  ...["paused", "degraded", "offline", "failed", "awaiting_agent"].map((status) =>
    check({
      id: `register.revives-${status}`,
      title: `Who was ${status} is online with a registration`,
      needs: ["embedded"],
      run: async ({ ask, embedded }) => {
        const { id, token } = embedded.addWorkspace({ status });
        await register(ask, { id, token: token ?? "" });
        expectAnswer(await ask("GET", `/workspaces/${id}`), 200, { status: "online" });
      },
    }),
  ),
  check({
    id: "register.removed",
    title: "A removed workspace is not brought back, and its new token never works",
    needs: ["embedded"],
    run: async ({ ask, embedded }) => {
      const { id } = embedded.addWorkspace({ status: "removed" });
      const answer = await register(ask, { id });
      expectAnswer(answer, 200, { status: "registered", auth_token: TOKEN });
      const shown = await ask("GET", `/workspaces/${id}?include_removed=true`);
      expectAnswer(shown, 200, { status: "removed" });
      const bearer = String(fieldsOf(answer.json).auth_token);
      const body = { workspace_id: id };
      expectRefusal(
        await ask("POST", "/registry/heartbeat", { bearer, body }),
        401,
        "invalid workspace auth token",
      );
    },
  }),
];
