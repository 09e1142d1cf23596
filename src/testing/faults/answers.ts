import type { FaultGroup, RequestFault } from "./fault";
import { REPLY } from "./payloads";
import { respond } from "./responses";

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
const PAGE = { "content-type": "text/html" };

/** Well-formed responses of the platform, and of what stands in front of it. */
export const ANSWERS = {
  "status-204": respond(204, {}, undefined),
  "status-304": respond(304, {}, undefined),
  "status-999": respond(999, { "content-type": "application/json" }, REPLY),

  queued: platform(202, {
    queued: true,
    message: "workspace agent busy — request queued, will dispatch when capacity available",
    queue_id: "00000000-0000-4000-8000-000000000000",
    queue_depth: 1,
  }),
  unauthorized: platform(401, { error: "invalid caller auth token" }),
  "access-denied": platform(403, {
    error: "access denied: workspaces cannot communicate per hierarchy rules",
  }),
  "unknown-workspace": platform(404, { error: "workspace not found" }),
  "wrong-tenant": respond(404, {}, undefined),
  "rate-limited": platform(429, { error: "rate limit exceeded", retry_after: 30 }, 30),
  unreachable: platform(502, { error: "failed to reach workspace agent" }),
  "reply-lost": platform(502, { error: "failed to read agent response", delivery_confirmed: true }),
  restarting: platform(503, {
    error: "workspace agent unreachable — container restart triggered",
    restarting: true,
  }),
  waking: platform(
    503,
    { error: "workspace is waking from hibernation — retry in 15s", waking: true, retry_after: 15 },
    15,
  ),
  busy: platform(503, { error: "workspace agent busy — retry later", busy: true, retry_after: 30 }, 30),

  "gateway-502": page(502, "Bad Gateway"),
  "gateway-503": page(503, "Service Unavailable"),
  "gateway-504": page(504, "Gateway Timeout"),
  "cdn-522": page(522, "Connection timed out"),
} satisfies FaultGroup;

function platform(status: number, body: object, retryAfter?: number): RequestFault {
  const wait = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  return respond(status, { ...JSON_TYPE, ...wait }, body);
}

function page(status: number, title: string): RequestFault {
  return respond(status, PAGE, `<html><body><h1>${status} ${title}</h1></body></html>`);
}
