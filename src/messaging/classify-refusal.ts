import type { A2AErrorCode, Delivery } from "../errors";
import {
  type ErrorBody,
  parseErrorBody,
  statusLine,
  WANTS_TLS_ADVICE,
} from "../transport/request/error-body";
import { STILL_RUNNING_ADVICE } from "../transport/request/may-repeat";
import { isAmbiguousRefusal, REFUSED_TOKEN_ADVICE } from "../transport/request/refusal-check";
import type { Failure } from "../transport/request/result";
import type { HttpResponse } from "../transport/response";
import { isRedirect } from "../transport/response";

/** One way in which the platform, a proxy in front of it or the agent behind it refuses a message. */
interface Refusal {
  status: number | ((status: number) => boolean);
  when: (errorBody: ErrorBody) => boolean;
  code: A2AErrorCode;
  delivery: Delivery | ((errorBody: ErrorBody) => Delivery);
  /** Whether the client repeats the message by itself, as far as the delivery mode allows it. */
  retryable: boolean | ((errorBody: ErrorBody) => boolean);
  /** See {@link Failure}. */
  stillRunning?: boolean;
  down?: "platform" | "peer";
  /** Beginning of the error message; `{peer}` stands for the peer. */
  text: string;
  advice?: string;
}

const always = () => true;
const errorIs =
  (...texts: string[]) =>
  ({ error }: ErrorBody) =>
    texts.includes(error);
const errorStartsWith =
  (text: string) =>
  ({ error }: ErrorBody) =>
    error.startsWith(text);
const hasFlag =
  (name: string) =>
  ({ body }: ErrorBody) =>
    body[name] === true;
const isForeign = ({ foreign }: ErrorBody) => foreign;
const anyOf =
  (...conditions: ((errorBody: ErrorBody) => boolean)[]) =>
  (errorBody: ErrorBody) =>
    conditions.some((condition) => condition(errorBody));
const oneOf =
  (...statuses: number[]) =>
  (status: number) =>
    statuses.includes(status);
const between = (low: number, high: number) => (status: number) => status >= low && status <= high;

/** States of a workspace that comes online by itself. */
const STARTING_STATES = new Set(["provisioning", "offline", "awaiting_agent"]);

const UNAUTHORIZED_TEXTS = [
  "missing caller auth token",
  "invalid caller auth token",
  "missing workspace auth token",
  "invalid workspace auth token",
  "missing workspace ID",
  "invalid session",
  "admin auth required",
  "invalid admin auth token",
];

const ACCESS_DENIED_TEXTS = [
  "invalid caller ID",
  "access denied: workspaces cannot communicate per hierarchy rules",
  "access denied: target workspace is in a different org",
  "access denied: org isolation check failed",
  "tool call failed",
];

/**
 * Classification of every response to a message that is no success; the first row that matches counts. An error of
 * the agent arrives as `{"error": "<text>"}`, in the form of the platform's own errors, so the platform's refusals are
 * matched by their exact text or their flags. Only messages that were not delivered are repeated.
 */
const REFUSALS: readonly Refusal[] = [
  { status: isRedirect, when: always, code: "bad_response", delivery: "maybe", retryable: false,
    text: "The platform answered with a redirect, which is not followed", advice: "Check the platform URL." },

  { status: 400, when: errorIs("invalid JSON", "failed to read request body"), code: "bad_request", delivery: "not-sent", retryable: false,
    text: "The platform could not read the message" },
  { status: 400, when: ({ wantsTls }) => wantsTls, code: "bad_request", delivery: "not-sent", retryable: false,
    text: "The server speaks TLS at this port, and the message came in plain HTTP", advice: WANTS_TLS_ADVICE },

  { status: 401, when: anyOf(isForeign, errorIs(...UNAUTHORIZED_TEXTS)), code: "unauthorized", delivery: "not-sent", retryable: false,
    text: "The platform did not accept the token of this workspace", advice: REFUSED_TOKEN_ADVICE },

  { status: oneOf(402, 429), when: errorIs("workspace budget limit exceeded"), code: "spend_limit", delivery: "not-sent", retryable: false,
    text: "{peer} has reached its spending limit", advice: "It takes no tasks until its limit is raised or the month is over: ask another peer." },

  { status: oneOf(403, 404), when: isForeign, code: "wrong_tenant", delivery: "not-sent", retryable: false,
    text: "The request was refused before it reached the platform's handlers",
    advice: "Behind a SaaS tenant this means that `orgId` (X-Molecule-Org-Id) or `origin` is missing or wrong; elsewhere, that the platform URL is." },

  { status: 403, when: errorIs(...ACCESS_DENIED_TEXTS), code: "access_denied", delivery: "not-sent", retryable: false,
    text: "This workspace may not talk to {peer}", advice: "Choose a peer from the peer list, or ask a common parent to pass the task on." },
  { status: 404, when: errorIs("workspace not found"), code: "peer_not_found", delivery: "not-sent", retryable: false,
    text: "There is no workspace with the id of {peer}", advice: "List the peers again and use an id from that list." },

  { status: 407, when: isForeign, code: "network", delivery: "not-sent", retryable: false,
    text: "The proxy refused the message", advice: "Check the credentials in the URL of the proxy (HTTP_PROXY)." },

  { status: 410, when: errorIs("workspace removed"), code: "workspace_removed", delivery: "not-sent", retryable: false,
    text: "{peer} was removed from the platform", advice: "List the peers again and use an id from that list." },

  { status: 413, when: anyOf(isForeign, hasFlag("truncated"), ({ body }) => body.max_bytes !== undefined), code: "too_large", delivery: "not-sent", retryable: false,
    text: "The message is too large for the platform", advice: "Send less text, or a reference to a file." },

  // A 429 of the agent itself has neither the platform's text nor a Retry-After.
  { status: 429, when: anyOf(isForeign, errorIs("rate limit exceeded"), ({ hasHint }) => hasHint), code: "rate_limited", delivery: "not-sent", retryable: true,
    text: "The platform's rate limit is reached", advice: "Clients behind one address share it." },

  { status: 500, when: errorIs("lookup failed"), code: "platform_error", delivery: "not-sent", retryable: true,
    text: "The platform could not look {peer} up" },
  { status: 500, when: errorIs("failed to create proxy request", "failed to marshal request"), code: "platform_error", delivery: "not-sent", retryable: false,
    text: "The platform could not pass the message on" },

  { status: 502, when: errorIs("failed to reach workspace agent"), code: "peer_unavailable", delivery: "not-sent", retryable: true, down: "peer",
    text: "The platform could not reach the agent of {peer}", advice: "It may be starting or down: try later or ask another peer." },
  { status: 502, when: errorIs("workspace URL is not publicly routable"), code: "peer_unavailable", delivery: "not-sent", retryable: false,
    text: "{peer} is registered with a URL the platform does not call", advice: "Its operator has to register a reachable URL: ask another peer." },
  { status: 502, when: errorIs("failed to read agent response"), code: "reply_lost", retryable: false,
    delivery: ({ body }) => (body.delivery_confirmed === false ? "maybe" : "confirmed"),
    text: "The reply of {peer} was lost on its way", advice: "Ask the peer for the result instead of sending the task again." },

  { status: 503, when: hasFlag("busy"), code: "peer_busy", delivery: "maybe", retryable: false,
    text: "{peer} is busy", advice: "Ask another peer, or ask this one later whether it did the task." },
  { status: 503, when: hasFlag("waking"), code: "peer_unavailable", delivery: "not-sent", retryable: true, down: "peer",
    text: "{peer} is waking from hibernation" },
  { status: 503, when: hasFlag("restarting"), code: "peer_unavailable", delivery: "not-sent", retryable: true, down: "peer",
    text: "{peer} is restarting" },
  { status: 503, when: hasFlag("warming"), code: "peer_unavailable", delivery: "not-sent", retryable: true, down: "peer",
    text: "{peer} is warming up" },
  { status: 503, when: (said) => said.error === "workspace has no URL" && said.body.status === "removed", code: "workspace_removed", delivery: "not-sent", retryable: false,
    text: "{peer} was removed from the platform", advice: "List the peers again and use an id from that list." },
  { status: 503, when: errorIs("workspace has no URL"), code: "peer_unavailable", delivery: "not-sent",
    retryable: ({ body }) => STARTING_STATES.has(String(body.status)),
    text: "{peer} is not online", advice: "Ask another peer, or try later." },
  { status: 503, when: ({ body }) => body.code === "platform_unavailable", code: "platform_error", delivery: "not-sent", retryable: true, down: "platform",
    text: "The platform is not available for a moment" },
  { status: 503, when: errorStartsWith("delivery-mode lookup failed"), code: "platform_error", delivery: "not-sent", retryable: true,
    text: "The platform could not look {peer} up" },
  // The platform's check of the agent's inbound secret. A 503 of the agent itself never has a `detail`.
  { status: 503, when: ({ body }) => typeof body.detail === "string", code: "peer_unavailable", delivery: "not-sent", retryable: true,
    text: "The platform could not sign in to the agent of {peer}" },

  // What is in front of the platform answers so while the platform is away: an agent's own answer is always JSON.
  { status: oneOf(504, 524), when: isForeign, code: "timeout", delivery: "maybe", retryable: true, stillRunning: true,
    text: "What is in front of the platform did not wait for its answer any longer", advice: STILL_RUNNING_ADVICE },
  { status: oneOf(502, 503, 520, 521, 522, 523, 525, 526, 527), when: isForeign, code: "platform_error", delivery: "maybe", retryable: true, down: "platform",
    text: "The platform could not be reached by what is in front of it", advice: "It may be restarting: try again later." },

  { status: between(400, 499), when: always, code: "agent_error", delivery: "maybe", retryable: false,
    text: "{peer} answered with an error", advice: "The same message will most likely fail again: change the request or ask another peer." },
  { status: between(500, 599), when: always, code: "platform_error", delivery: "maybe", retryable: false,
    text: "The platform, or the agent of {peer} behind it, failed" },
  { status: always, when: always, code: "bad_response", delivery: "maybe", retryable: false,
    text: "The answer has a status that HTTP does not know" },
]; // biome-ignore format: a table reads best in rows

/** Classifies a response that is no success. Errors call the peer `peer`. */
export function classifyRefusal(response: HttpResponse, peer: string): Failure {
  const errorBody = parseErrorBody(response);
  const row = REFUSALS.find(
    ({ status, when }) =>
      (typeof status === "number" ? status === response.status : status(response.status)) && when(errorBody),
  );
  if (row === undefined) throw new TypeError("the last row matches everything");
  const state = typeof errorBody.body.status === "string" ? `, status ${errorBody.body.status}` : "";
  return {
    code: row.code,
    namesTarget: row.code === "wrong_tenant",
    // A function, because replace() would interpret patterns such as `$&` in a name.
    summary: `${row.text.replace("{peer}", () => peer)} (${statusLine(response, errorBody)}${state})`,
    advice: row.advice,
    delivery: typeof row.delivery === "function" ? row.delivery(errorBody) : row.delivery,
    retryable: typeof row.retryable === "function" ? row.retryable(errorBody) : row.retryable,
    stillRunning: row.stillRunning,
    down: row.down,
    status: response.status,
    retryAfterMs: errorBody.retryAfterMs,
    ambiguous: isAmbiguousRefusal(response.status, errorBody),
  };
}
