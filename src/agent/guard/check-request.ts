import {
  contentTypeNotSupported,
  invalidRequest,
  notJson,
  type RpcError,
  unexpectedError,
} from "../rpc/errors";
import { errorResponse } from "../rpc/response";
import { type AuthenticationOptions, type AuthenticationRefusal, authenticateRequest } from "./authenticate";
import { type BodyProblem, readBody } from "./read-body";

/** Why a request is refused before its body is parsed. */
export type RequestRefusal = AuthenticationRefusal | BodyProblem | "method" | "content-type";

export type CheckedRequest =
  | { ok: true; text: string }
  | { ok: false; response: Response; reason: RequestRefusal };

export interface CheckOptions extends AuthenticationOptions {
  /** The largest body, in bytes. */
  readonly maxBytes: number;
}

/**
 * The largest body by default, in bytes. The platform takes messages of 1 MiB, and writes them anew with escapes that
 * make some of them six times as long.
 */
export const MAX_REQUEST_BYTES = 8 * 2 ** 20;

/** Checks method, sender, content type and size, in this order, and reads the body. Never rejects. */
export async function checkRequest(request: Request, options: CheckOptions): Promise<CheckedRequest> {
  if (request.method !== "POST") return refuse("method");
  const refusal = await authenticateRequest(request, options);
  if (refusal !== undefined) return refuse(refusal);
  if (!isPlainJson(request.headers)) return refuse("content-type");
  const body = await readBody(request, options.maxBytes);
  return body.ok ? { ok: true, text: body.text } : refuse(body.problem);
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json[ \t]*(?:;|$)/i;

function isPlainJson(headers: Request["headers"]): boolean {
  const encoding = headers.get("content-encoding") ?? "identity";
  return JSON_TYPE.test(headers.get("content-type") ?? "") && encoding.trim().toLowerCase() === "identity";
}

const UNAUTHORIZED: Refused = {
  status: 401,
  error: invalidRequest(
    "The request is not signed as the platform signs it. Send messages to this agent through the platform.",
  ),
  headers: { "www-authenticate": "Bearer" },
};

interface Refused {
  readonly status: number;
  readonly error: RpcError;
  readonly headers?: Record<string, string>;
}

const REFUSED: Readonly<Record<RequestRefusal, Refused>> = {
  unsigned: UNAUTHORIZED,
  "wrong-secret": UNAUTHORIZED,
  "no-secret": UNAUTHORIZED,
  "not-allowed": UNAUTHORIZED,
  method: { status: 405, error: invalidRequest("Requests are sent with POST."), headers: { allow: "POST" } },
  "content-type": {
    status: 415,
    error: contentTypeNotSupported("The content type has to be application/json, without an encoding."),
  },
  "too-large": { status: 413, error: invalidRequest("The request is too large for this agent.") },
  "not-text": { status: 200, error: notJson("it is not UTF-8") },
  incomplete: { status: 400, error: unexpectedError() },
};

function refuse(reason: RequestRefusal): CheckedRequest {
  const { status, error, headers = {} } = REFUSED[reason];
  const response = errorResponse({ id: null, version: "0.3" }, error, { status, headers });
  return { ok: false, response, reason };
}
