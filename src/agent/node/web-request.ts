/** A request as `node:http`, Express and Fastify hand it over. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What a body parser has made of the body. */
  readonly body?: unknown;
}

/** The web-standard request of a request of Node. Throws for what is none. */
export function toWebRequest(request: NodeRequest): Request {
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
