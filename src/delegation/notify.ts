import { invalidArgument } from "../errors";
import { shown } from "../text/format";
import { type HttpAnswer, isSuccess } from "../transport/response";
import { explain } from "../transport/request/error-body";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { judgeStatus } from "../transport/request/classify-status";
import { type Failure, failed, succeeded } from "../transport/request/result";
import type { CallOptions } from "../validation/options";

/** Shows a message to the human behind the workspace. Repeated only when it surely was not shown. */
export async function notifyUser(
  context: RequestContext,
  message: string,
  options?: CallOptions,
): Promise<void> {
  if (typeof message !== "string" || message.trim() === "") {
    throw invalidArgument(`Expected \`message\` to be text with something in it, got ${shown(message)}.`);
  }
  return notify(context, { message }, options, false);
}

/** Shows what has come of a delegation, in the background. */
export async function notifyOfResult(
  context: RequestContext,
  message: string,
  options: CallOptions,
): Promise<void> {
  return notify(context, { message, type: "delegation_result" }, options, true);
}

function notify(
  context: RequestContext,
  body: { message: string; type?: string },
  options: CallOptions | undefined,
  background: boolean,
): Promise<void> {
  return requestPlatform<void>(context, {
    method: "POST",
    path: (source) => `/workspaces/${source.id}/notify`,
    body: () => body,
    options,
    background,
    task: { repeatMaybe: false },
    judge: (answer) => (isSuccess(answer.status) ? succeeded(undefined) : failed(judgeRefusal(answer))),
  });
}

function judgeRefusal(answer: HttpAnswer): Failure {
  const general = judgeStatus(answer, "the message to the user");
  const untouched = answer.status === 429 || explain(answer).body.code === "platform_unavailable";
  const delivery = answer.status < 500 || untouched ? "not-sent" : "maybe";
  return { ...general, delivery, again: untouched };
}
