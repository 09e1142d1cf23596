import { type Agent, request } from "node:http";
import { connect } from "node:net";
import type { TestPlatform, TestWorkspace } from "../../../src/testing/index";

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: unknown;
}

interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  connection?: Agent;
}

/** One request, on a connection of its own unless one is given. A string body is sent as it is, anything else as JSON. */
export function call(
  url: string,
  { method = "GET", headers = {}, body, connection }: Call = {},
): Promise<Answer> {
  const bytes = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: connection ?? false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
      });
    });
    sent.on("error", reject);
    sent.end(bytes);
  });
}

/** The headers a workspace identifies itself with. */
export function asCaller({ id, token }: TestWorkspace): Record<string, string> {
  return { "x-workspace-id": id, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
}

export function messageBody(text = "hello", messageId = "m-1") {
  return {
    jsonrpc: "2.0",
    id: "rpc-1",
    method: "message/send",
    params: { message: { role: "user", messageId, parts: [{ kind: "text", text }] } },
  };
}

/** Sends a message through the proxy. */
export function send(
  platform: TestPlatform,
  from: TestWorkspace | null,
  to: { id: string },
  body: unknown = messageBody(),
): Promise<Answer> {
  const headers = from === null ? {} : asCaller(from);
  return call(`${platform.url}/workspaces/${to.id}/a2a`, { method: "POST", headers, body });
}

/** What a client that is no HTTP client sees: the bytes, and how the connection ended. */
export interface RawExchange {
  bytes: Buffer;
  end: "fin" | "reset" | "refused" | "none";
}

export interface Watch {
  patienceMs?: number;
  quietMs?: number;
  enough?: (seen: Buffer) => boolean;
}

/**
 * Opens a connection, writes `bytes` and watches until it ends, until `enough` says so, until nothing more came for
 * `quietMs` after the first bytes, or for `patienceMs`; but for the first the end is "none".
 */
export function exchangeRaw(
  url: string,
  bytes: string,
  { patienceMs = 5000, quietMs, enough }: Watch = {},
): Promise<RawExchange> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: false });
    const settle = (end: RawExchange["end"]) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ bytes: seen, end });
    };
    let timer = setTimeout(() => settle("none"), patienceMs);
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (chunk) => {
      seen = Buffer.concat([seen, chunk]);
      if (enough?.(seen)) settle("none");
      else if (quietMs !== undefined) {
        clearTimeout(timer);
        timer = setTimeout(() => settle("none"), quietMs);
      }
    });
    socket.on("end", () => settle("fin"));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      settle(error.code === "ECONNREFUSED" ? "refused" : "reset");
    });
  });
}

/** A whole POST as bytes. */
export function post(path: string, body = "{}"): string {
  return `${headOf(path, body.length)}${body}`;
}

/** The head of a POST whose body is still to come. */
export function headOf(path: string, length: number): string {
  return `POST ${path} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
