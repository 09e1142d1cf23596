import type { GuardedRequest } from "../guard-inbound";
import { type NodeRequest, toWebRequest } from "./web-request";
import { type NodeResponse, writeResponse } from "./write-response";

/**
 * The check of `guardInbound` as middleware of Express, before the handler of the official SDK: what is refused is
 * answered, and what is accepted goes on with its checked JSON as `request.body`.
 *
 * @example
 * app.post("/", nodeGuard(guardInbound(client)), jsonRpcHandler(options));
 */
export function nodeGuard(
  guard: (request: Request) => Promise<GuardedRequest>,
): (request: NodeRequest, response: NodeResponse, next: () => void) => void {
  return (request, response, next) => {
    void check(guard, request).then(
      (refused) => (refused === undefined ? next() : writeResponse(response, async () => refused)),
      (error: unknown) => writeResponse(response, () => Promise.reject(error)),
    );
  };
}

/** The response to a request that is refused. */
async function check(
  guard: (request: Request) => Promise<GuardedRequest>,
  request: NodeRequest & { body?: unknown },
): Promise<Response | undefined> {
  const guarded = await guard(toWebRequest(request));
  if (!guarded.ok) return guarded.response;
  (request as { body?: unknown }).body = await guarded.request.json();
  return undefined;
}
