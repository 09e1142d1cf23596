import * as http from "node:http";
import * as https from "node:https";

/** The outcome of a request to an agent. */
export type AgentResponse =
  /** A complete response with any status. */
  | { kind: "complete"; status: number; body: Uint8Array }
  /** No connection was established, so nothing was delivered. */
  | { kind: "unreachable" }
  /** The container of the agent is gone, and the platform restarts it. */
  | { kind: "restarting" }
  /** Connected, but no response: the agent may have processed the request. */
  | { kind: "no-response" }
  /** The connection closed within the response body. */
  | { kind: "incomplete"; status: number };

// The platform truncates longer responses without an error.
const MAX_RESPONSE_BYTES = 10 * 2 ** 20;

interface ForwardOptions {
  readonly signal: AbortSignal;
  readonly onConnected: () => void;
  /** How many redirects are followed before the agent counts as unreachable; undefined passes the first one on. */
  readonly maxRedirects: number | undefined;
  /** Headers beside those of the body. Not sent to where an agent redirects. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Posts a JSON-RPC request to the URL of a real agent. Never rejects. */
export async function forward(url: string, body: string, options: ForwardOptions): Promise<AgentResponse> {
  return URL.canParse(url) ? sendRequest("POST", url, body, options) : { kind: "unreachable" };
}

function sendRequest(
  method: Redirect["method"],
  url: string,
  body: string,
  options: ForwardOptions,
): Promise<AgentResponse> {
  const { protocol } = new URL(url);
  const [request, connectEvent] =
    protocol === "https:" ? [https.request, "secureConnect"] : [http.request, "connect"];
  return new Promise((resolve) => {
    let isConnected = false;
    let hasResponse = false;
    // A new connection for each request: a dead idle one would look like an agent that crashed.
    const sent = request(url, {
      method,
      agent: false,
      signal: options.signal,
      headers: {
        ...options.headers,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      },
    });
    sent.on("socket", (socket) =>
      socket.once(connectEvent, () => {
        isConnected = true;
        options.onConnected();
      }),
    );
    // After the head of the response, its own end decides.
    sent.on("error", (error) => {
      if (hasResponse) return;
      resolve({ kind: isConnected && !isParseError(error) ? "no-response" : "unreachable" });
    });
    sent.on("response", (response) => {
      hasResponse = true;
      const redirect = options.maxRedirects === undefined ? undefined : getRedirect(response, url, method);
      if (redirect === undefined) {
        readResponse(response, resolve);
        return;
      }
      response.destroy();
      resolve(options.maxRedirects === 0 ? { kind: "unreachable" } : follow(redirect, body, options));
    });
    sent.end(body);
  });
}

function follow(
  { method, url }: Redirect,
  body: string,
  { signal, maxRedirects = 0 }: ForwardOptions,
): Promise<AgentResponse> {
  const options = { signal, maxRedirects: maxRedirects - 1, onConnected: () => undefined, headers: {} };
  return sendRequest(method, url, method === "GET" ? "" : body, options);
}

interface Redirect {
  readonly method: "GET" | "POST";
  readonly url: string;
}

/** The request that follows a redirect: 307 and 308 keep method and body, the others become a GET. */
function getRedirect(
  { statusCode = 0, headers }: http.IncomingMessage,
  url: string,
  method: Redirect["method"],
): Redirect | undefined {
  const { location } = headers;
  if (location === undefined || !URL.canParse(location, url)) return undefined;
  const { href, protocol } = new URL(location, url);
  if (protocol !== "http:" && protocol !== "https:") return undefined;
  if (statusCode === 307 || statusCode === 308) return { method, url: href };
  return statusCode >= 301 && statusCode <= 303 ? { method: "GET", url: href } : undefined;
}

function readResponse(response: http.IncomingMessage, onEnd: (outcome: AgentResponse) => void): void {
  const status = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let length = 0;
  response.on("data", (chunk: Buffer) => {
    if (length < MAX_RESPONSE_BYTES) chunks.push(chunk.subarray(0, MAX_RESPONSE_BYTES - length));
    length += chunk.length;
  });
  response.on("error", () => undefined);
  response.on("close", () => {
    onEnd(
      response.complete
        ? { kind: "complete", status, body: Buffer.concat(chunks) }
        : { kind: "incomplete", status },
    );
  });
}

/** Whether the agent sent something that is not HTTP, which counts as unreachable. */
function isParseError(error: NodeJS.ErrnoException): boolean {
  return error.code?.startsWith("HPE_") ?? false;
}
