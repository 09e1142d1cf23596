import { parseJson } from "../text/json";
import { parseErrorBody, statusLine } from "../transport/request/error-body";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";

export interface AcceptedBeat {
  status: number;
  /** The answer's JSON, or `undefined` when it has none: that takes nothing from the success. */
  body: unknown;
}

/** What the platform makes of a beat. Only a 2xx is a success. */
export function classifyBeat(answer: HttpResponse): Result<AcceptedBeat> {
  if (isSuccess(answer.status)) {
    const parsed = parseJson(answer.text);
    return ok({ status: answer.status, body: parsed.ok ? parsed.value : undefined });
  }
  return fail(refused(answer));
}

function refused(answer: HttpResponse): Failure {
  const said = parseErrorBody(answer);
  const facts = { delivery: "not-sent", status: answer.status, retryAfterMs: said.retryAfterMs } as const;
  const line = statusLine(answer, said);
  switch (answer.status) {
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
        code: answer.status >= 500 ? "platform_error" : "bad_request",
        retryable: answer.status >= 500,
        summary: `The platform did not accept the heartbeat (${line})`,
        advice:
          answer.status < 500
            ? "Check the platform URL, and what stands in front of the platform."
            : undefined,
      };
  }
}
