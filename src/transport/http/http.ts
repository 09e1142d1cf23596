import { builtin, isNode } from "../../runtime/builtins";
import type { Clock } from "../../runtime/clock";
import { type Call, cancelledFailure } from "../call";
import { TransportFailure, toTransportFailure } from "../failure";
import type { AttemptLimits, HttpResponse } from "../response";
import { nodeHttp, parseOrigin } from "./node-http";
import { ofetchTransport } from "./ofetch-transport";
import type { Pool } from "./pool";
import { reportWaiting } from "./report-waiting";
import type { Transport } from "./transport";

/** A method of HTTP, as `client.request` takes it. */
export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One attempt of a request. */
export interface HttpRequest {
  method: HttpMethod;
  url: string;
  headers: Record<string, string>;
  body?: string | Uint8Array | undefined;
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
 * Creates the function for one attempt: over `node:http` where there is Node, else over ofetch, with the caller's fetch
 * or that of the runtime.
 */
export function createHttp({ platformUrl, customFetch, maxBytes, clock }: HttpOptions): Http {
  const usesNode = customFetch === undefined && isNode() && builtin("node:http") !== undefined;
  const transport = usesNode ? nodeTransport(platformUrl, clock) : ofetchTransport(customFetch, clock);

  /** Sends a request that has a slot of its pool. */
  function send(request: HttpRequest): Promise<HttpResponse> {
    const { pool, call, leaveOpen } = request;
    const remainingMs = call.remainingMs();
    if (remainingMs === 0 || call.cancellation() !== undefined) {
      pool.release();
      return Promise.reject(
        remainingMs > 0
          ? cancelledFailure("waiting")
          : new TransportFailure("pool_timeout", "waiting", "the time of the call was over"),
      );
    }
    const limits: AttemptLimits = {
      limitMs: Math.min(request.limitMs, remainingMs),
      maxBytes,
      background: call.background,
      onCancel: call.onCancel,
      onConnected: request.onConnected,
      mayLeaveOpen: leaveOpen ? () => call.cancellation()?.by !== "close" : undefined,
    };
    request.onStart?.();
    return transport(request, limits, pool);
  }

  return (request) => {
    const acquired = request.pool.acquire(request.call);
    // Without a promise where there is a slot at once, as there is most often.
    if (acquired === undefined) return send(request);
    const { onWaiting } = request;
    const waited = onWaiting === undefined ? acquired : reportWaiting(acquired, clock, onWaiting);
    return waited.then(() => send(request));
  };
}

/** Requests over `node:http`, whose connections outlast them and give back the slots themselves. */
function nodeTransport(platformUrl: string, clock: Clock): Transport {
  const origin = parseOrigin(platformUrl);
  const originLength = new URL(platformUrl).origin.length;
  return ({ method, url, headers, body, fresh = false }, limits, pool) => {
    const path = url.slice(originLength);
    let agent: ReturnType<Pool["agent"]>;
    try {
      agent = pool.agent(origin.secure, fresh);
    } catch (error) {
      // No connection will give the slot back.
      pool.release();
      return Promise.reject(toTransportFailure(error, "connecting"));
    }
    return nodeHttp(
      origin,
      { method, path, headers, body, limits, agent, onConnectionFree: pool.release },
      clock,
    );
  };
}
