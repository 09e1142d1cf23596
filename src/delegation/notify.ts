import { invalidArgument } from "../errors";
import { shown } from "../text";
import { type HttpAnswer, isSuccess } from "../transport/answer";
import { explain } from "../transport/answer-body";
import { type RequestContext, requestPlatform } from "../transport/request";
import { judgeStatus } from "../transport/status";
import { type Failure, failed, succeeded } from "../transport/verdict";
import type { CallOptions } from "../validate";

/** Shows a message to the human behind the workspace. Repeated only when it surely was not shown. */
export async function notifyUser(
  context: RequestContext,
  message: string,
  options?: CallOptions,
): Promise<void> {
  if (typeof message !== "string" || message.trim() === "") {
    throw invalidArgument(`Expected \`message\` to be text with something in it, got ${shown(message)}.`);
  }
  return requestPlatform<void>(context, {
    method: "POST",
    path: (source) => `/workspaces/${source.id}/notify`,
    body: () => ({ message }),
    options,
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
