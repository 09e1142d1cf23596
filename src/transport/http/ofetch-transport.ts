import type { $Fetch, FetchOptions } from "ofetch";
import type { Clock } from "../../runtime/clock";
import { TransportFailure } from "../failure";
import type { AttemptLimits, HttpResponse } from "../response";
import type { Transport } from "./transport";
import { webFetch } from "./web-fetch";

/**
 * Requests over ofetch without its retry, timeout and parsing. It is loaded with the first request: on Node nothing
 * else needs it. The only file that imports it.
 */
export function ofetchTransport(customFetch: typeof fetch | undefined, clock: Clock): Transport {
  let loaded: Promise<$Fetch> | undefined;

  async function load(): Promise<$Fetch> {
    const { createFetch } = await import("ofetch");
    return createFetch({
      fetch: send as unknown as typeof fetch,
      Headers: PlainHeaders as unknown as typeof Headers,
    });
  }

  async function send(url: string, options: TransportOptions): Promise<OfetchResponse> {
    const { method, headers, body, fresh, limits } = options;
    const request = { method, headers: headers.record, body, fresh, limits };
    // Looked up for each request, so that a later replacement is used.
    const response = await webFetch(customFetch ?? globalThis.fetch, url, request, clock);
    return { status: response.status, body: true, text: async () => response.text, response };
  }

  return async ({ method, url, headers, body, fresh }, limits, pool) => {
    try {
      loaded ??= load();
      const ofetch = await loaded;
      const options = { method, headers, body, fresh, limits, ...OFETCH_OPTIONS };
      const response = await ofetch.raw(url, options as FetchOptions<"text">);
      return (response as unknown as OfetchResponse).response;
    } catch (error) {
      const cause = (error as { cause?: unknown }).cause;
      throw cause instanceof TransportFailure ? cause : error;
    } finally {
      pool.release();
    }
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
  body: string | Uint8Array | undefined;
  fresh: boolean | undefined;
  limits: AttemptLimits;
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
