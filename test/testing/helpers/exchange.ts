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

/** Sends one request, on a new connection unless one is given. A string body is sent unchanged, anything else as JSON. */
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

/** The headers that identify a workspace. */
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

/** Sends a message through the proxy; `from` null is a human. */
export function send(
  platform: TestPlatform,
  from: TestWorkspace | null,
  to: { id: string },
  body: unknown = messageBody(),
): Promise<Answer> {
  const headers = from === null ? {} : asCaller(from);
  return call(`${platform.url}/workspaces/${to.id}/a2a`, { method: "POST", headers, body });
}

/** What is read from a connection: the bytes, and how it ended. */
export interface RawExchange {
  bytes: Buffer;
  end: "fin" | "reset" | "refused" | "none";
}

export interface ReadOptions {
  timeoutMs?: number;
  quietMs?: number;
  isComplete?: (seen: Buffer) => boolean;
}

/**
 * Opens a connection, writes `bytes` and reads until the connection ends. The end is "none" when `isComplete` is true
 * before, when nothing more arrives for `quietMs` after the first bytes, or after `timeoutMs`.
 */
export function exchangeRaw(
  url: string,
  bytes: string,
  { timeoutMs = 5000, quietMs, isComplete }: ReadOptions = {},
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
    let timer = setTimeout(() => settle("none"), timeoutMs);
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (chunk) => {
      seen = Buffer.concat([seen, chunk]);
      if (isComplete?.(seen)) settle("none");
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

/** The bytes of a complete POST. */
export function post(path: string, body = "{}"): string {
  return `${headOf(path, body.length)}${body}`;
}

/** The bytes of the head of a POST. */
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
