import { type HttpAnswer, isSuccess } from "../transport/response";
import { explain, statusLine } from "../transport/request/error-body";
import { parseJson } from "../text/json";
import { type Failure, failed, succeeded, type Verdict } from "../transport/request/result";

export interface AcceptedBeat {
  status: number;
  /** The answer's JSON, or `undefined` when it has none: that takes nothing from the success. */
  body: unknown;
}

/** What the platform makes of a beat. Only a 2xx is a success. */
export function judgeBeat(answer: HttpAnswer): Verdict<AcceptedBeat> {
  if (isSuccess(answer.status)) {
    const parsed = parseJson(answer.text);
    return succeeded({ status: answer.status, body: parsed.ok ? parsed.value : undefined });
  }
  return failed(refused(answer));
}

function refused(answer: HttpAnswer): Failure {
  const said = explain(answer);
  const facts = { delivery: "not-sent", status: answer.status, retryAfterMs: said.retryAfterMs } as const;
  const line = statusLine(answer, said);
  switch (answer.status) {
    case 401:
      return {
        ...facts,
        code: "unauthorized",
        again: false,
        summary: `The platform did not accept the token of this workspace for its heartbeat (${line})`,
        advice:
          "The token was revoked or replaced. Restart the workspace to get a new one, or store it where this process reads its token.",
      };
    case 410:
      return {
        ...facts,
        code: "workspace_removed",
        again: false,
        summary: `The workspace was removed (${line})`,
      };
    case 429:
      return {
        ...facts,
        code: "rate_limited",
        again: true,
        summary: `The platform's rate limit is reached (${line})`,
      };
    default:
      return {
        ...facts,
        code: answer.status >= 500 ? "platform_error" : "bad_request",
        again: answer.status >= 500,
        summary: `The platform did not accept the heartbeat (${line})`,
        advice:
          answer.status < 500
            ? "Check the platform URL, and what stands in front of the platform."
            : undefined,
      };
  }
}
