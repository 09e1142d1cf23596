import { unexpectedError } from "./rpc/errors";
import { errorResponse } from "./rpc/response";

/** A request as `node:http`, Express and Fastify hand it over. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What a body parser has made of the body. */
  readonly body?: unknown;
}

/** A response as `node:http` and Express hand it over, or the reply of Fastify, which has that as `raw`. */
export type NodeResponse = object;

/** What this handler uses of the response of `node:http`. */
interface RawResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
}

/** What serves web-standard requests: an agent, and anything with the same `fetch`. */
export interface FetchHandler {
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
    void answer(agent, request, response);
  };
}

async function answer(agent: FetchHandler, request: NodeRequest, response: NodeResponse): Promise<void> {
  let raw: RawResponse | undefined;
  try {
    raw = takeOver(response);
    await write(raw, await agent.fetch(toWebRequest(request)));
  } catch {
    // The connection is gone, or the host has made no request of it.
    if (raw !== undefined)
      await write(raw, errorResponse({ id: null, version: "0.3" }, unexpectedError())).catch(() => {});
  }
}

/** The response of Node. Fastify is told that it is written here. */
function takeOver(response: NodeResponse): RawResponse {
  const { raw, hijack } = response as { raw?: RawResponse; hijack?: () => void };
  if (raw === undefined || typeof hijack !== "function") return response as unknown as RawResponse;
  hijack.call(response);
  return raw;
}

async function write(raw: RawResponse, response: Response): Promise<void> {
  const text = await response.text();
  raw.statusCode = response.status;
  response.headers.forEach((value, name) => void raw.setHeader(name, value));
  // The rest of the body is not read, so nothing else can follow on this connection.
  if (response.status === 413) raw.setHeader("connection", "close");
  raw.end(text);
}

function toWebRequest(request: NodeRequest): Request {
  const method = request.method ?? "GET";
  const init = { method, headers: toHeaders(request.headers) };
  const url = toUrl(request.url);
  if (method === "GET" || method === "HEAD") return new Request(url, init);
  const body = bodyOf(request);
  return new Request(url, typeof body === "object" ? { ...init, body, duplex: "half" } : { ...init, body });
}

/** The host is of no interest to the agent, and may be anything. */
function toUrl(path = "/"): string {
  const url = `http://localhost${path}`;
  return URL.canParse(url) ? url : "http://localhost/";
}

function toHeaders(given: NodeRequest["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    // Names of HTTP/2 pseudo headers begin with a colon. A parsed body has another length.
    if (value === undefined || name.startsWith(":") || name === "content-length") continue;
    headers.set(name, typeof value === "string" ? value : value.join(", "));
  }
  return headers;
}

/** The stream, or what a body parser has read from it. */
function bodyOf(request: NodeRequest): string | ReadableStream<Uint8Array> {
  const { body } = request;
  const isRead = (request as { readableDidRead?: boolean }).readableDidRead !== false;
  if (body === undefined || !isRead) return toStream(request as unknown as AsyncIterable<Uint8Array>);
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : JSON.stringify(body);
}

/** Left unread where the reader cancels: to destroy it would end the connection before the answer. */
function toStream(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}
