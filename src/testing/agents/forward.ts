import * as http from "node:http";
import * as https from "node:https";

/** What came of asking an agent. */
export type AgentAnswer =
  /** A whole answer, whatever its status. */
  | { kind: "answered"; status: number; body: Uint8Array }
  /** No connection came about, so nothing was delivered. */
  | { kind: "unreachable" }
  /** Connected, and then no answer: the agent may have worked. */
  | { kind: "lost" }
  /** The answer began and broke off. */
  | { kind: "cut"; status: number };

// Longer answers are cut without a word.
const LONGEST_ANSWER = 10 * 2 ** 20;

interface ForwardOptions {
  readonly signal: AbortSignal;
  readonly onConnected: () => void;
  /** After how many redirects the agent counts as not reached; undefined does not follow any. */
  readonly redirects: number | undefined;
}

/** Posts a JSON-RPC request to the URL of a real agent. Never rejects. */
export async function forward(url: string, body: string, options: ForwardOptions): Promise<AgentAnswer> {
  return URL.canParse(url) ? exchange("POST", url, body, options) : { kind: "unreachable" };
}

function exchange(
  method: Redirect["method"],
  url: string,
  body: string,
  options: ForwardOptions,
): Promise<AgentAnswer> {
  const { protocol } = new URL(url);
  const [post, connects] =
    protocol === "https:" ? [https.request, "secureConnect"] : [http.request, "connect"];
  return new Promise((resolve) => {
    let connected = false;
    // A fresh connection each time: one that was idle could be dead, and look like an agent that died at work.
    const request = post(url, {
      method,
      agent: false,
      signal: options.signal,
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    request.on("socket", (socket) =>
      socket.once(connects, () => {
        connected = true;
        options.onConnected();
      }),
    );
    request.on("error", (error) => {
      resolve({ kind: connected && !isMalformed(error) ? "lost" : "unreachable" });
    });
    request.on("response", (response) => {
      const next = options.redirects === undefined ? undefined : redirectOf(response, url, method);
      if (next === undefined) {
        collect(response, resolve);
        return;
      }
      response.destroy();
      resolve(options.redirects === 0 ? { kind: "unreachable" } : follow(next, body, options));
    });
    request.end(body);
  });
}

function follow(
  { method, url }: Redirect,
  body: string,
  { signal, redirects = 0 }: ForwardOptions,
): Promise<AgentAnswer> {
  const options = { signal, redirects: redirects - 1, onConnected: () => undefined };
  return exchange(method, url, method === "GET" ? "" : body, options);
}

interface Redirect {
  readonly method: "GET" | "POST";
  readonly url: string;
}

/** Where an answer sends its reader: with the body again, or without it. */
function redirectOf(
  { statusCode = 0, headers }: http.IncomingMessage,
  url: string,
  method: Redirect["method"],
): Redirect | undefined {
  const { location } = headers;
  if (location === undefined || !URL.canParse(location, url)) return undefined;
  const { href: next, protocol } = new URL(location, url);
  if (protocol !== "http:" && protocol !== "https:") return undefined;
  if (statusCode === 307 || statusCode === 308) return { method, url: next };
  return statusCode >= 301 && statusCode <= 303 ? { method: "GET", url: next } : undefined;
}

function collect(response: http.IncomingMessage, resolve: (answer: AgentAnswer) => void): void {
  const status = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let length = 0;
  response.on("data", (chunk: Buffer) => {
    if (length < LONGEST_ANSWER) chunks.push(chunk.subarray(0, LONGEST_ANSWER - length));
    length += chunk.length;
  });
  response.on("error", () => undefined);
  response.on("close", () => {
    resolve(
      response.complete ? { kind: "answered", status, body: Buffer.concat(chunks) } : { kind: "cut", status },
    );
  });
}

/** What is not HTTP counts as no agent at all. */
function isMalformed(error: NodeJS.ErrnoException): boolean {
  return error.code?.startsWith("HPE_") ?? false;
}
