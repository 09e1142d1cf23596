import type { IncomingMessage } from "node:http";
import type { Clock } from "../runtime/clock";
import { parseRoute } from "./faults/route-pattern";
import { parseJson } from "./json";

/** A request that arrived completely, whatever the response was. */
export interface RecordedRequest {
  /** Upper case. */
  method: string;
  /** As on the request line, with the query. */
  path: string;
  /** Names in lower case; repeated headers joined with `", "`. */
  headers: Record<string, string>;
  /** The parsed JSON; the text when it is not JSON; undefined for an empty body. */
  body: unknown;
  /** Time of the platform's clock at which the last byte arrived, in milliseconds. */
  receivedAt: number;
}

/** Options of `waitForRequest`. */
export interface WaitForRequestOptions {
  /** Which of the matching requests to wait for, counted from 1. @default 1 */
  count?: number | undefined;
  /** How long to wait, in milliseconds of the machine, whatever the platform's clock. @default 5000 */
  timeoutMs?: number | undefined;
}

/** The requests that a platform received, and those who wait for one. */
export interface RequestLog {
  /** Oldest first. */
  readonly requests: readonly RecordedRequest[];
  add(request: RecordedRequest): void;
  /** Forgets all requests. */
  reset(): void;
  /** Resolves with the request number `count` that matches a route, which may have arrived before. */
  waitFor(route: string, options?: WaitForRequestOptions): Promise<RecordedRequest>;
}

const DEFAULT_TIMEOUT_MS = 5000;

export function createRequestLog(): RequestLog {
  const requests: RecordedRequest[] = [];
  const listeners = new Set<() => void>();
  return {
    requests,
    add(request) {
      requests.push(request);
      for (const listener of [...listeners]) listener();
    },
    reset() {
      requests.length = 0;
    },
    async waitFor(route, { count = 1, timeoutMs = DEFAULT_TIMEOUT_MS } = {}) {
      const matches = parseRoute(route);
      const find = (): RecordedRequest | undefined =>
        requests.filter(({ method, path }) => matches(method, path.split("?", 1)[0] ?? ""))[count - 1];
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          listeners.delete(check);
          reject(new Error(describeTimeout(route, count, timeoutMs, requests)));
        }, timeoutMs);
        function check(): void {
          const found = find();
          if (found === undefined) return;
          clearTimeout(timer);
          listeners.delete(check);
          resolve(found);
        }
        listeners.add(check);
        check();
      });
    },
  };
}

function describeTimeout(
  route: string,
  count: number,
  timeoutMs: number,
  requests: readonly RecordedRequest[],
): string {
  const seen = requests.map(({ method, path }) => `${method} ${path}`).join(", ");
  return `Expected request ${count} to \`${route}\` within ${timeoutMs} ms, got ${seen || "none"}`;
}

export function toRecordedRequest(request: IncomingMessage, body: Buffer, clock: Clock): RecordedRequest {
  const text = body.toString();
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: joinHeaders(request.headersDistinct),
    body: text === "" ? undefined : (parseJson(text) ?? text),
    receivedAt: clock.now(),
  };
}

function joinHeaders(headers: NodeJS.Dict<string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values?.join(", ") ?? ""]),
  );
}
