import type { A2AErrorCode, Delivery } from "../errors";
import { type ErrorBody, parseErrorBody, statusLine } from "../transport/request/error-body";
import type { Failure } from "../transport/request/result";
import type { HttpResponse } from "../transport/response";
import { isRedirect } from "../transport/response";

/** One way the platform, or what stands before or behind it, declines a message. */
interface Refusal {
  status: number | ((status: number) => boolean);
  when: (said: ErrorBody) => boolean;
  code: A2AErrorCode;
  delivery: Delivery | ((said: ErrorBody) => Delivery);
  /** Whether to send it again without being asked. */
  retryable: boolean | ((said: ErrorBody) => boolean);
  /** What the message says; `{peer}` is the peer. */
  text: string;
  advice?: string;
}

const always = () => true;
const says =
  (...texts: string[]) =>
  (said: ErrorBody) =>
    texts.includes(said.error);
const begins =
  (...texts: string[]) =>
  (said: ErrorBody) =>
    texts.some((text) => said.error.startsWith(text));
const flag = (name: string) => (said: ErrorBody) => said.body[name] === true;
const foreign = (said: ErrorBody) => said.foreign;
const either =
  (...conditions: ((said: ErrorBody) => boolean)[]) =>
  (said: ErrorBody) =>
    conditions.some((condition) => condition(said));
const oneOf =
  (...statuses: number[]) =>
  (status: number) =>
    statuses.includes(status);
const between = (low: number, high: number) => (status: number) => status >= low && status <= high;

/** A workspace in one of these states will come up by itself. */
const COMING_UP = new Set(["provisioning", "offline", "awaiting_agent"]);

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
 * Every answer to a message that is no success, first match first. An agent's own error status reaches us as
 * `{"error": "<text>"}` and can imitate the platform's, so the platform's refusals are told by their exact text or
 * flags. What says that the message was not delivered is repeated; what may have been delivered never is.
 */
const REFUSALS: readonly Refusal[] = [
  { status: isRedirect, when: always, code: "bad_response", delivery: "maybe", retryable: false,
    text: "The platform answered with a redirect, which is not followed", advice: "Check the platform URL." },

  { status: 400, when: says("invalid JSON", "failed to read request body"), code: "bad_request", delivery: "not-sent", retryable: false,
    text: "The platform could not read the message" },

  { status: 401, when: either(foreign, says(...UNAUTHORIZED_TEXTS)), code: "unauthorized", delivery: "not-sent", retryable: false,
    text: "The platform did not accept the token of this workspace", advice: "The token may be revoked, or belong to another workspace; restarting the workspace usually mints a new one." },

  { status: oneOf(402, 429), when: says("workspace budget limit exceeded"), code: "spend_limit", delivery: "not-sent", retryable: false,
    text: "{peer} has reached its spending limit", advice: "It takes no tasks until its limit is raised or the month is over: ask another peer." },

  { status: oneOf(403, 404), when: foreign, code: "wrong_tenant", delivery: "not-sent", retryable: false,
    text: "The request was refused before it reached the platform's handlers",
    advice: "Behind a SaaS tenant this means that `orgId` (X-Molecule-Org-Id) or `origin` is missing or wrong; elsewhere, that the platform URL is." },

  { status: 403, when: says(...ACCESS_DENIED_TEXTS), code: "access_denied", delivery: "not-sent", retryable: false,
    text: "This workspace may not talk to {peer}", advice: "Choose a peer from the peer list, or ask a common parent to pass the task on." },
  { status: 404, when: says("workspace not found"), code: "peer_not_found", delivery: "not-sent", retryable: false,
    text: "There is no workspace with the id of {peer}", advice: "List the peers again and use an id from that list." },

  { status: 410, when: says("workspace removed"), code: "workspace_removed", delivery: "not-sent", retryable: false,
    text: "{peer} was removed from the platform", advice: "List the peers again and use an id from that list." },

  { status: 413, when: either(foreign, flag("truncated"), (said) => said.body.max_bytes !== undefined), code: "too_large", delivery: "not-sent", retryable: false,
    text: "The message is too large for the platform", advice: "Send less text, or a reference to a file." },

  // An agent's own 429 has neither the platform's words nor a Retry-After.
  { status: 429, when: either(foreign, says("rate limit exceeded"), (said) => said.hasHint), code: "rate_limited", delivery: "not-sent", retryable: true,
    text: "The platform's rate limit is reached", advice: "Clients behind one address share it." },

  { status: 500, when: says("lookup failed"), code: "platform_error", delivery: "not-sent", retryable: true,
    text: "The platform could not look {peer} up" },
  { status: 500, when: says("failed to create proxy request", "failed to marshal request"), code: "platform_error", delivery: "not-sent", retryable: false,
    text: "The platform could not pass the message on" },

  { status: 502, when: says("failed to reach workspace agent"), code: "peer_unavailable", delivery: "not-sent", retryable: true,
    text: "The platform could not reach the agent of {peer}", advice: "It may be starting or down: try later or ask another peer." },
  { status: 502, when: says("workspace URL is not publicly routable"), code: "peer_unavailable", delivery: "not-sent", retryable: false,
    text: "{peer} is registered with a URL the platform does not call", advice: "Its operator has to register a reachable URL: ask another peer." },
  { status: 502, when: says("failed to read agent response"), code: "reply_lost", retryable: false,
    delivery: (said) => (said.body.delivery_confirmed === false ? "maybe" : "confirmed"),
    text: "The reply of {peer} was lost on its way", advice: "Ask the peer for the result instead of sending the task again." },

  { status: 503, when: flag("busy"), code: "peer_busy", delivery: "maybe", retryable: false,
    text: "{peer} is busy", advice: "Ask another peer, or ask this one later whether it did the task." },
  { status: 503, when: flag("waking"), code: "peer_unavailable", delivery: "not-sent", retryable: true,
    text: "{peer} is waking from hibernation" },
  { status: 503, when: flag("restarting"), code: "peer_unavailable", delivery: "not-sent", retryable: true,
    text: "{peer} is restarting" },
  { status: 503, when: flag("warming"), code: "peer_unavailable", delivery: "not-sent", retryable: true,
    text: "{peer} is warming up" },
  { status: 503, when: says("workspace has no URL"), code: "peer_unavailable", delivery: "not-sent",
    retryable: (said) => COMING_UP.has(String(said.body.status)),
    text: "{peer} is not online", advice: "Ask another peer, or try later." },
  { status: 503, when: (said) => said.body.code === "platform_unavailable", code: "platform_error", delivery: "not-sent", retryable: true,
    text: "The platform is not available for a moment" },
  { status: 503, when: begins("delivery-mode lookup failed"), code: "platform_error", delivery: "not-sent", retryable: true,
    text: "The platform could not look {peer} up" },
  // The platform's check of the agent's inbound secret; an agent's own 503 never carries a detail.
  { status: 503, when: (said) => typeof said.body.detail === "string", code: "peer_unavailable", delivery: "not-sent", retryable: true,
    text: "The platform could not sign in to the agent of {peer}" },

  { status: between(400, 499), when: always, code: "agent_error", delivery: "maybe", retryable: false,
    text: "{peer} answered with an error", advice: "The same message will most likely fail again: change the request or ask another peer." },
  { status: between(500, 599), when: always, code: "platform_error", delivery: "maybe", retryable: false,
    text: "The platform, or the agent of {peer} behind it, failed" },
  { status: always, when: always, code: "bad_response", delivery: "maybe", retryable: false,
    text: "The answer has a status that HTTP does not know" },
]; // biome-ignore format: a table that is held against the platform's reads best in rows

/** What an answer that is no success means for the message it answers. */
export function classifyRefusal(answer: HttpResponse, peer: string): Failure {
  const said = parseErrorBody(answer);
  const row = REFUSALS.find(
    ({ status, when }) =>
      (typeof status === "number" ? status === answer.status : status(answer.status)) && when(said),
  );
  if (row === undefined) throw new TypeError("the last row matches everything");
  const state = typeof said.body.status === "string" ? `, status ${said.body.status}` : "";
  return {
    code: row.code,
    // A function, because a name may hold what replace() takes for a pattern.
    summary: `${row.text.replace("{peer}", () => peer)} (${statusLine(answer, said)}${state})`,
    advice: row.advice,
    delivery: typeof row.delivery === "function" ? row.delivery(said) : row.delivery,
    retryable: typeof row.retryable === "function" ? row.retryable(said) : row.retryable,
    status: answer.status,
    retryAfterMs: said.retryAfterMs,
  };
}
