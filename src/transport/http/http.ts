import type { Agent } from "node:http";
import { createFetch, type FetchOptions } from "ofetch";
import { builtin, isNode } from "../../runtime/builtins";
import type { Clock } from "../../runtime/clock";
import type { Call } from "../call";
import { TransportFailure } from "../failure";
import type { AttemptLimits, HttpResponse } from "../response";
import { readEventStream } from "./event-stream";
import { nodeHttp, parseOrigin } from "./node-http";
import type { Pool } from "./pool";
import { reportWaiting } from "./report-waiting";
import { webFetch } from "./web-fetch";

/** One attempt of a request. */
export interface HttpRequest {
  method: "GET" | "POST";
  url: string;
  headers: Record<string, string>;
  /** JSON text. */
  body?: string | undefined;
  pool: Pool;
  call: Call;
  /** Limit of the attempt in milliseconds, the wait for a connection excluded; the budget of the call ends it too. */
  limitMs: number;
  /** Wants a connection that has not been idle: for what must not be sent twice. */
  fresh?: boolean | undefined;
  /** Does not cut the request off when its time is over or the caller cancels it; the end of the client does. */
  leaveOpen?: boolean | undefined;
  /** Called once the request has its connection. */
  onStart?: (() => void) | undefined;
  /** See {@link AttemptLimits.onConnected}. */
  onConnected?: (() => void) | undefined;
  /** Called when the request has waited long for a connection, and each time that wait has doubled. */
  onWaiting?: ((waitedMs: number) => void) | undefined;
}

/** Makes one attempt. Rejects with a {@link TransportFailure} and nothing else. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpOptions {
  /** Normalised; each requested URL begins with it. */
  platformUrl: string;
  /** The caller's fetch, which replaces the transport. */
  customFetch: typeof fetch | undefined;
  /** Largest response, in decoded bytes. */
  maxBytes: number;
  clock: Clock;
}

/**
 * Creates the function for one attempt, over ofetch without its retry, timeout and parsing. The only file that imports
 * ofetch.
 */
export function createHttp(httpOptions: HttpOptions): Http {
  const { platformUrl, customFetch, maxBytes, clock } = httpOptions;
  const usesNode = customFetch === undefined && isNode() && builtin("node:http") !== undefined;
  const origin = parseOrigin(platformUrl);
  const originLength = new URL(platformUrl).origin.length;

  async function transport(url: string, options: TransportOptions): Promise<OfetchResponse> {
    const { limits, slot } = options;
    const request = { method: options.method, headers: options.headers.record, body: options.body, limits };
    const response = usesNode
      ? await nodeHttp(
          origin,
          { ...request, path: url.slice(originLength), ...slot.handOver(origin.secure) },
          clock,
        )
      : // Looked up for each request, so that a later replacement is used.
        await webFetch(customFetch ?? globalThis.fetch, url, request, clock);
    return { status: response.status, body: true, text: async () => response.text, response };
  }

  const ofetch = createFetch({
    fetch: transport as unknown as typeof fetch,
    Headers: PlainHeaders as unknown as typeof Headers,
  });

  return async (request) => {
    const { method, url, headers, body, pool, call, limitMs, fresh = false, leaveOpen = false } = request;
    const acquired = pool.acquire(call);
    if (acquired !== undefined) await reportWaiting(acquired, clock, request.onWaiting);
    const slot = createSlot(pool, fresh);
    try {
      if (call.remainingMs() === 0) {
        throw new TransportFailure("pool_timeout", "waiting", "the time of the call was over");
      }
      const limits: AttemptLimits = {
        limitMs: Math.min(limitMs, call.remainingMs()),
        maxBytes,
        background: call.background,
        onCancel: call.onCancel,
        ...(request.onConnected === undefined ? {} : { onConnected: request.onConnected }),
        mayLeaveOpen: () => leaveOpen && call.cancellation()?.by !== "close",
      };
      request.onStart?.();
      const options = { method, headers, body, limits, slot, ...OFETCH_OPTIONS };
      const response = await ofetch.raw(url, options as FetchOptions<"text">);
      return readEventStream((response as unknown as OfetchResponse).response);
    } catch (error) {
      const cause = (error as { cause?: unknown }).cause;
      throw cause instanceof TransportFailure ? cause : error;
    } finally {
      slot.releaseUnlessHandedOver();
    }
  };
}

/** A slot of a pool that one attempt holds: its connection gives it back, or the attempt where there is none. */
interface Slot {
  /** What the connection needs, which gives the slot back from now on. */
  handOver(secure: boolean): { agent: Agent | undefined; onConnectionFree(): void };
  releaseUnlessHandedOver(): void;
}

function createSlot(pool: Pool, fresh: boolean): Slot {
  let handedOver = false;
  return {
    handOver(secure) {
      handedOver = true;
      return { agent: pool.agent(secure, fresh), onConnectionFree: pool.release };
    },
    releaseUnlessHandedOver() {
      if (!handedOver) pool.release();
    },
  };
}

const OFETCH_OPTIONS = {
  retry: false,
  responseType: "text",
  ignoreResponseError: true,
  redirect: "manual",
} as const;

/** What ofetch passes to its fetch: our own options, with the headers in our class. */
interface TransportOptions {
  method: string;
  headers: PlainHeaders;
  body: string | undefined;
  limits: AttemptLimits;
  slot: Slot;
}

/** The part of a Response that ofetch uses. A real one costs more than the request. */
interface OfetchResponse {
  status: number;
  body: true;
  text(): Promise<string>;
  response: HttpResponse;
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
