import { createFetch, type FetchOptions } from "ofetch";
import { builtin, isNode } from "../../runtime/builtins";
import type { Clock } from "../../runtime/clock";
import type { Call } from "../call";
import { TransportFailure } from "../failure";
import type { AttemptLimits, HttpResponse } from "../response";
import { nodeHttp, parseOrigin } from "./node-http";
import type { Pool } from "./pool";
import { webFetch } from "./web-fetch";

export interface HttpRequest {
  method: "GET" | "POST";
  url: string;
  headers: Record<string, string>;
  /** JSON text. */
  body?: string | undefined;
  pool: Pool;
  call: Call;
  /** The attempt, once it has a connection to use; the call's own time ends it too. Milliseconds. */
  limitMs: number;
}

/** Makes one attempt. Rejects with a {@link TransportFailure} and nothing else. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpOptions {
  /** In normal form, as every URL that is asked for begins with it. */
  platformUrl: string;
  /** The caller's fetch, which replaces the transport. */
  custom: typeof fetch | undefined;
  /** Largest answer, in decoded bytes. */
  maxBytes: number;
  clock: Clock;
}

/** The one door to ofetch, which makes bare attempts here: no retry, no timeout and no parsing of its own. */
export function createHttp(parts: HttpOptions): Http {
  const { platformUrl, custom, maxBytes, clock } = parts;
  const overNode = custom === undefined && isNode() && builtin("node:http") !== undefined;
  const origin = parseOrigin(platformUrl);
  const originLength = new URL(platformUrl).origin.length;

  async function transport(url: string, options: TransportOptions): Promise<OfetchResponse> {
    const { attempt, pool } = options;
    const request = { method: options.method, headers: options.headers.record, body: options.body, attempt };
    const answer = overNode
      ? await nodeHttp(
          origin,
          { ...request, path: url.slice(originLength), agent: pool.agent(origin.secure) },
          clock,
        )
      : // Looked up for each request, so that a fetch that is replaced later is seen.
        await webFetch(custom ?? globalThis.fetch, url, request, clock);
    return { status: answer.status, body: true, text: async () => answer.text, answer };
  }

  const ofetch = createFetch({
    fetch: transport as unknown as typeof fetch,
    Headers: PlainHeaders as unknown as typeof Headers,
  });

  return async ({ method, url, headers, body, pool, call, limitMs }) => {
    const turn = pool.acquire(call);
    if (turn !== undefined) await turn;
    try {
      if (call.remainingMs() === 0) {
        throw new TransportFailure("pool_timeout", "waiting", "the time of the call was over");
      }
      const attempt: AttemptLimits = {
        limitMs: Math.min(limitMs, call.remainingMs()),
        maxBytes,
        background: call.background,
        onCancel: call.onCancel,
      };
      const options = { method, headers, body, attempt, pool, ...BARE };
      const response = await ofetch.raw(url, options as FetchOptions<"text">);
      return (response as unknown as OfetchResponse).answer;
    } catch (error) {
      const cause = (error as { cause?: unknown }).cause;
      throw cause instanceof TransportFailure ? cause : error;
    } finally {
      pool.release();
    }
  };
}

const BARE = { retry: false, responseType: "text", ignoreResponseError: true, redirect: "manual" } as const;

/** What ofetch hands its fetch: our own options, with the headers in our class. */
interface TransportOptions {
  method: string;
  headers: PlainHeaders;
  body: string | undefined;
  attempt: AttemptLimits;
  pool: Pool;
}

/** The part of a Response that ofetch looks at. A real one costs more than the request. */
interface OfetchResponse {
  status: number;
  body: true;
  text(): Promise<string>;
  answer: HttpResponse;
}

/** The part of Headers that ofetch uses, over a plain record with lower-case names. */
class PlainHeaders {
  readonly record: Record<string, string>;
  constructor(init: Record<string, string> | PlainHeaders = {}) {
    this.record = init instanceof PlainHeaders ? init.record : init;
  }
  get(name: string): string | null {
    return this.record[name] ?? null;
  }
  has(name: string): boolean {
    return Object.hasOwn(this.record, name);
  }
  set(name: string, value: string): void {
    this.record[name] = value;
  }
}
