/** A request as `node:http`, Express and Fastify hand it over. */
export interface NodeRequest {
  /** Method, `GET` where it is absent. */
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
  /** Headers by their names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What a body parser has made of the body. */
  readonly body?: unknown;
}

/** Methods that no web-standard request may have. */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/** The web-standard request of a request of Node. Throws for what is none. */
export function toWebRequest(request: NodeRequest): Request {
  const { method: given = "GET" } = request;
  // Refused like any other method but POST.
  const method = FORBIDDEN_METHODS.has(given) ? "GET" : given;
  const init = { method, headers: toHeaders(request.headers) };
  const url = toUrl(request.url);
  if (method === "GET" || method === "HEAD") return new Request(url, init);
  return new Request(url, { ...init, body: bodyOf(request), duplex: "half" });
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
function bodyOf(request: NodeRequest): string | Uint8Array | ReadableStream<Uint8Array> {
  const { body } = request;
  const isRead = (request as { readableDidRead?: boolean }).readableDidRead !== false;
  if (body === undefined || !isRead) return toStream(request as unknown as AsyncIterable<Uint8Array>);
  return typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
}

/**
 * Not read ahead: Node discards a body that nobody has begun to read, and the connection serves the next request. Left
 * as it is where the reader cancels: to destroy it would end the connection before the answer.
 */
function toStream(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}
