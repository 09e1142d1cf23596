import type { A2AErrorCode, Delivery } from "a2a-peers";

/** One way a message is declined, and what it must be taken for. */
export interface RefusalRow {
  name: string;
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  code: A2AErrorCode;
  delivery: Delivery;
  /** Sent again without being asked. */
  repeated: boolean;
  retryAfterMs?: number;
}

type Verdict = Pick<RefusalRow, "code" | "delivery" | "repeated">;
const verdict = (code: A2AErrorCode, delivery: Delivery, repeated: boolean): Verdict => ({
  code,
  delivery,
  repeated,
});

const badRequest = verdict("bad_request", "not-sent", false);
const unauthorized = verdict("unauthorized", "not-sent", false);
const denied = verdict("access_denied", "not-sent", false);
const wrongTenant = verdict("wrong_tenant", "not-sent", false);
const unreachable = verdict("peer_unavailable", "not-sent", false);
const comingUp = verdict("peer_unavailable", "not-sent", true);
const hiccup = verdict("platform_error", "not-sent", true);
const busy = verdict("peer_busy", "maybe", false);
const agentsOwn = verdict("agent_error", "maybe", false);
const serverFault = verdict("platform_error", "maybe", false);
// Sent again under at-least-once alone.
const unreached = verdict("platform_error", "maybe", true);
const notUnderstood = verdict("bad_response", "maybe", false);
const refusedByProxy = verdict("network", "not-sent", false);
const rateLimited = verdict("rate_limited", "not-sent", true);

const says = (error: string, more: object = {}) => ({ error, ...more });
const HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>";
const noUrl = (status: string) => says("workspace has no URL", { status });

/** What the platform itself says before it hands a message to an agent, or when that failed. */
export const PLATFORM_REFUSALS: readonly RefusalRow[] = [
  { name: "400 unreadable JSON", status: 400, body: says("invalid JSON"), ...badRequest },
  { name: "400 unreadable body", status: 400, body: says("failed to read request body"), ...badRequest },
  { name: "401 without a caller token", status: 401, body: says("missing caller auth token"), ...unauthorized },
  { name: "401 with a bad caller token", status: 401, body: says("invalid caller auth token"), ...unauthorized },
  { name: "401 without a workspace token", status: 401, body: says("missing workspace auth token"), ...unauthorized },
  { name: "401 with a bad workspace token", status: 401, body: says("invalid workspace auth token"), ...unauthorized },
  { name: "401 without a body", status: 401, body: "", ...unauthorized },
  { name: "402 budget of the peer", status: 402, body: says("workspace budget limit exceeded"), ...verdict("spend_limit", "not-sent", false) },
  { name: "402 with the exceeded periods", status: 402, body: says("workspace budget limit exceeded", { exceeded_periods: ["month"] }), ...verdict("spend_limit", "not-sent", false) },
  { name: "403 forged caller", status: 403, body: says("invalid caller ID"), ...denied },
  { name: "403 hierarchy", status: 403, body: says("access denied: workspaces cannot communicate per hierarchy rules"), ...denied },
  { name: "403 other organisation", status: 403, body: says("access denied: target workspace is in a different org"), ...denied },
  { name: "403 organisation check", status: 403, body: says("access denied: org isolation check failed"), ...denied },
  { name: "403 delegation forbidden", status: 403, body: says("tool call failed"), ...denied },
  { name: "403 without a body", status: 403, body: "", ...wrongTenant },
  { name: "403 with a page", status: 403, body: HTML, ...wrongTenant },
  { name: "404 unknown workspace", status: 404, body: says("workspace not found"), ...verdict("peer_not_found", "not-sent", false) },
  { name: "404 without a body", status: 404, body: "", ...wrongTenant },
  { name: "404 plain text", status: 404, body: "404 page not found", ...wrongTenant },
  { name: "404 with a page", status: 404, body: HTML, ...wrongTenant },
  { name: "413 size", status: 413, body: says("request body too large", { truncated: true, max_bytes: 1_048_576 }), ...verdict("too_large", "not-sent", false) },
  { name: "429 with a header", status: 429, body: says("rate limit exceeded", { retry_after: 42 }), headers: { "retry-after": "42" }, ...rateLimited, retryAfterMs: 42_000 },
  { name: "429 with a body alone", status: 429, body: says("rate limit exceeded", { retry_after: 7 }), ...rateLimited, retryAfterMs: 7000 },
  { name: "429 without a wait", status: 429, body: says("rate limit exceeded"), headers: { "retry-after": "0" }, ...rateLimited, retryAfterMs: 0 },
  { name: "407 of a proxy of this side", status: 407, body: HTML, ...refusedByProxy },
  { name: "429 of an edge", status: 429, body: HTML, ...rateLimited },
  { name: "500 lookup", status: 500, body: says("lookup failed"), ...hiccup },
  { name: "500 request not created", status: 500, body: says("failed to create proxy request"), ...verdict("platform_error", "not-sent", false) },
  { name: "500 request not written", status: 500, body: says("failed to marshal request"), ...verdict("platform_error", "not-sent", false) },
  { name: "502 agent unreachable", status: 502, body: says("failed to reach workspace agent"), ...comingUp },
  { name: "502 URL not routable", status: 502, body: says("workspace URL is not publicly routable"), ...unreachable },
  { name: "502 reply lost, delivered", status: 502, body: says("failed to read agent response", { delivery_confirmed: true }), ...verdict("reply_lost", "confirmed", false) },
  { name: "502 reply lost, too large", status: 502, body: says("failed to read agent response", { delivery_confirmed: true, truncated: true, max_bytes: 10_485_760 }), ...verdict("reply_lost", "confirmed", false) },
  { name: "502 reply lost, perhaps delivered", status: 502, body: says("failed to read agent response", { delivery_confirmed: false }), ...verdict("reply_lost", "maybe", false) },
  { name: "503 waking", status: 503, body: says("workspace is waking from hibernation — retry in 15s", { waking: true, retry_after: 15 }), headers: { "retry-after": "15" }, ...comingUp, retryAfterMs: 15_000 },
  { name: "503 no URL, provisioning", status: 503, body: noUrl("provisioning"), ...comingUp },
  { name: "503 no URL, offline", status: 503, body: noUrl("offline"), ...comingUp },
  { name: "503 no URL, awaiting its agent", status: 503, body: noUrl("awaiting_agent"), ...comingUp },
  { name: "503 no URL, paused", status: 503, body: noUrl("paused"), ...unreachable },
  { name: "503 no URL, failed", status: 503, body: noUrl("failed"), ...unreachable },
  { name: "503 no URL, removed", status: 503, body: noUrl("removed"), ...verdict("workspace_removed", "not-sent", false) },
  { name: "503 no URL, state unknown", status: 503, body: says("workspace has no URL"), ...unreachable },
  { name: "503 restarting", status: 503, body: says("workspace agent unreachable — container restart triggered", { restarting: true }), ...comingUp },
  { name: "503 restarting, with a wait", status: 503, body: says("workspace agent unreachable — container restart triggered", { restarting: true, retry_after: 15 }), headers: { "retry-after": "15" }, ...comingUp, retryAfterMs: 15_000 },
  { name: "503 restarting, found before", status: 503, body: says("restarting", { restarting: true, preflight: true }), ...comingUp },
  { name: "503 busy", status: 503, body: says("workspace agent busy — retry later", { busy: true, retry_after: 30 }), headers: { "retry-after": "30" }, ...busy, retryAfterMs: 30_000 },
  { name: "503 busy in its own session", status: 503, body: says("workspace agent busy — retry later", { busy: true, retry_after: 30, native_session: true }), ...busy, retryAfterMs: 30_000 },
  { name: "503 warming", status: 503, body: says("workspace is warming", { warming: true, retry_after: 5 }), ...comingUp, retryAfterMs: 5000 },
  { name: "503 delivery mode unknown", status: 503, body: says("delivery-mode lookup failed; retry"), ...hiccup },
  { name: "503 sign-in to the agent", status: 503, body: says("inbound auth not ready", { detail: "secret store down", retry_after_seconds: 30 }), ...comingUp, retryAfterMs: 30_000 },
  { name: "503 data store", status: 503, body: says("platform datastore unavailable — retry shortly", { code: "platform_unavailable" }), ...hiccup },
]; // biome-ignore format: a table reads best in rows

/** An agent's own status with its own words, an edge in front of the platform, and what is no answer to a message. */
export const OTHER_REFUSALS: readonly RefusalRow[] = [
  { name: "400 of the agent", status: 400, body: says("Bad Request"), ...agentsOwn },
  { name: "401 of the agent", status: 401, body: says("Unauthorized"), ...agentsOwn },
  { name: "402 of the agent", status: 402, body: says("Payment Required"), ...agentsOwn },
  { name: "403 of the agent", status: 403, body: says("Forbidden"), ...agentsOwn },
  { name: "404 of the agent", status: 404, body: says("Not Found"), ...agentsOwn },
  { name: "403 of the agent, in words like the platform's", status: 403, body: says("access denied: file is private"), ...agentsOwn },
  { name: "413 of the agent", status: 413, body: says("Request Entity Too Large"), ...agentsOwn },
  { name: "429 of the agent", status: 429, body: says("Too Many Requests"), ...agentsOwn },
  { name: "409 of the agent", status: 409, body: says("Conflict"), ...agentsOwn },
  { name: "418 of the agent", status: 418, body: says("I'm a teapot"), ...agentsOwn },
  { name: "422 of the agent", status: 422, body: says("Unprocessable Entity"), ...agentsOwn },
  { name: "500 of the agent", status: 500, body: says("Internal Server Error"), ...serverFault },
  { name: "500 without a body", status: 500, body: "", ...serverFault },
  { name: "501 of the agent", status: 501, body: says("Not Implemented"), ...serverFault },
  { name: "502 of the agent", status: 502, body: says("Bad Gateway"), ...serverFault },
  { name: "502 of an edge", status: 502, body: HTML, ...unreached },
  { name: "502 without a body", status: 502, body: "", ...unreached },
  { name: "503 of the agent", status: 503, body: says("Service Unavailable"), ...serverFault },
  { name: "503 of the agent, flags not true", status: 503, body: says("no", { waking: "yes", busy: 1, restarting: "true" }), ...serverFault },
  { name: "503 with a wait but no reason", status: 503, body: "", headers: { "retry-after": "1" }, ...unreached, retryAfterMs: 1000 },
  { name: "503 in plain text", status: 503, body: "no healthy upstream", ...unreached },
  { name: "520 of an edge", status: 520, body: HTML, ...unreached },
  { name: "522 of an edge", status: 522, body: HTML, ...unreached },
  { name: "527 of an edge", status: 527, body: HTML, ...unreached },
  { name: "528 of an edge", status: 528, body: HTML, ...serverFault },
  { name: "500 with a JSON-RPC error", status: 500, body: { error: { code: -1, message: "x" } }, ...serverFault },
  { name: "500 with another status' words", status: 500, body: says("failed to reach workspace agent"), ...serverFault },
  { name: "502 with another status' words", status: 502, body: says("lookup failed"), ...serverFault },
  { name: "301 redirect", status: 301, body: "", headers: { location: "http://elsewhere.test/" }, ...notUnderstood },
  { name: "304 not modified", status: 304, body: "", ...notUnderstood },
  { name: "307 redirect", status: 307, body: "", headers: { location: "http://elsewhere.test/" }, ...notUnderstood },
]; // biome-ignore format: a table reads best in rows
