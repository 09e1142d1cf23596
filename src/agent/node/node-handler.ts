import { type NodeRequest, toWebRequest } from "./web-request";
import { type NodeResponse, writeResponse } from "./write-response";

/** What serves web-standard requests: an agent, and anything with the same `fetch`. */
export interface FetchHandler {
  /** Serves one request. */
  fetch(request: Request): Promise<Response>;
}

/**
 * The handler of an agent for `node:http`, for Express with or without its body parsers, and as a route handler of
 * Fastify. Never throws.
 *
 * @example
 * createServer(nodeHandler(agent)).listen(8080);
 */
export function nodeHandler(agent: FetchHandler): (request: NodeRequest, response: NodeResponse) => void {
  return (request, response) => {
    void writeResponse(response, async () => agent.fetch(toWebRequest(request)));
  };
}
