import { parseJson } from "../text/json";
import { readJson } from "../transport/request/classify-status";
import { ok, type Result } from "../transport/request/result";
import type { HttpResponse } from "../transport/response";

/** The response to {@link A2AClient.request}: always a success. */
export interface PlatformResponse {
  /** 200 to 299. */
  status: number;
  /** The parsed JSON; the text of a body that is none; `undefined` without a body, as of a 204. */
  body: unknown;
  /** The headers of the response. */
  headers: {
    /** The first header of this name, in any case; `null` when the response has none. */
    get(name: string): string | null;
  };
}

/** Reads a success. A body that its content type calls JSON, and that is none, is a failure. */
export function readResponse(response: HttpResponse, what: string): Result<PlatformResponse> {
  const body = readBody(response, what);
  if (!body.ok) return body;
  return ok({
    status: response.status,
    body: body.value,
    headers: { get: (name) => response.header(String(name).toLowerCase()) ?? null },
  });
}

const JSON_TYPE = /^\s*[\w.+-]+\/(?:[\w.-]+\+)?json\b/i;

function readBody(response: HttpResponse, what: string): Result<unknown> {
  const { text } = response;
  if (text === "") return ok(undefined);
  const type = response.header("content-type");
  if (type !== undefined) return JSON_TYPE.test(type) ? readJson(response, what) : ok(text);
  const parsed = parseJson(text);
  return ok(parsed.ok ? parsed.value : text);
}
