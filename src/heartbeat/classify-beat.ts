import { parseJson } from "../text/json";
import { parseErrorBody, statusLine } from "../transport/request/error-body";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";

export interface AcceptedBeat {
  status: number;
  /** JSON of the answer; `undefined` when it is none, which is a success as well. */
  body: unknown;
  /** The platform's time in milliseconds since 1970; `undefined` when the answer has none. */
  platformMs: number | undefined;
}

/** Classifies the answer to a beat. A success is a 2xx status with anything but a web page. */
export function classifyBeat(response: HttpResponse): Result<AcceptedBeat> {
  if (!isSuccess(response.status)) return fail(classifyRefusal(response));
  if (isPage(response)) return fail(pageFailure(response));
  const parsed = parseJson(response.text);
  const dateMs = Date.parse(response.header("date") ?? "");
  return ok({
    status: response.status,
    body: parsed.ok ? parsed.value : undefined,
    platformMs: Number.isNaN(dateMs) ? undefined : dateMs,
  });
}

const isPage = (response: HttpResponse): boolean =>
  /^\ufeff?\s*</.test(response.text) || /^text\/html\b/i.test(response.header("content-type") ?? "");

/** A sign-in page, or a wrong port, answers everything with a page. */
const pageFailure = ({ status }: HttpResponse): Failure => ({
  code: "bad_response",
  delivery: "not-sent",
  retryable: false,
  status,
  summary: `A web page came in the place of the platform's answer to the heartbeat (HTTP ${status})`,
  advice: "Check that the platform URL is the platform's and not that of a page in front of it.",
  namesTarget: true,
});

function classifyRefusal(response: HttpResponse): Failure {
  const body = parseErrorBody(response);
  const facts = { delivery: "not-sent", status: response.status, retryAfterMs: body.retryAfterMs } as const;
  const line = statusLine(response, body);
  switch (response.status) {
    case 401:
      return {
        ...facts,
        code: "unauthorized",
        retryable: false,
        summary: `The platform did not accept the token of this workspace for its heartbeat (${line})`,
        advice:
          "The token was revoked or replaced. Restart the workspace to get a new one, or store it where this process reads its token.",
      };
    case 410:
      return {
        ...facts,
        code: "workspace_removed",
        retryable: false,
        summary: `The workspace was removed (${line})`,
      };
    case 429:
      return {
        ...facts,
        code: "rate_limited",
        retryable: true,
        summary: `The platform's rate limit is reached (${line})`,
      };
    default:
      return {
        ...facts,
        code: response.status >= 500 ? "platform_error" : "bad_request",
        retryable: response.status >= 500,
        summary: `The platform did not accept the heartbeat (${line})`,
        advice:
          response.status < 500
            ? "Check the platform URL, and what stands in front of the platform."
            : undefined,
      };
  }
}
