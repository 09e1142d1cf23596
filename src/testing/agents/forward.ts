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
}

/** Posts a JSON-RPC request to exactly the URL of a real agent. Never rejects. */
export function forward(url: string, body: string, options: ForwardOptions): Promise<AgentAnswer> {
  const { protocol } = new URL(url);
  const [post, connects] =
    protocol === "https:" ? [https.request, "secureConnect"] : [http.request, "connect"];
  return new Promise((resolve) => {
    let connected = false;
    // A fresh connection each time: one that was idle could be dead, and look like an agent that died at work.
    const request = post(url, {
      method: "POST",
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
    request.on("response", (response) => collect(response, resolve));
    request.end(body);
  });
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
