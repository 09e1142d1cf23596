import type { JsonObject } from "../json";

/** An answer in JSON from where no request is at hand. */
export function json(status: number, body: JsonObject, headers: Record<string, string> = {}): Response {
  return asIs(status, Buffer.from(JSON.stringify(body)), headers);
}

/** Bytes that are passed on as they came. */
export function asIs(status: number, body: Uint8Array, headers: Record<string, string> = {}): Response {
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  return new Response(hasBody ? Buffer.from(body) : null, {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}
