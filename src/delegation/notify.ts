import { invalidArgument } from "../errors";
import { quote } from "../text/format";
import { classifyStatus } from "../transport/request/classify-status";
import { parseErrorBody } from "../transport/request/error-body";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { type Failure, fail, ok } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";

/** Shows a message to the user of the workspace. Repeated only while it certainly was not shown. */
export async function notifyUser(
  context: RequestContext,
  message: string,
  options?: CallOptions,
): Promise<void> {
  if (typeof message !== "string" || message.trim() === "") {
    throw invalidArgument(`Expected \`message\` to be text with something in it, got ${quote(message)}.`);
  }
  return notify(context, { message }, options, false);
}

/** Shows the result of a delegation to the user, in the background. */
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
    task: { retryMaybeDelivered: false },
    classify: (response) => (isSuccess(response.status) ? ok(undefined) : fail(classifyRefusal(response))),
  });
}

function classifyRefusal(response: HttpResponse): Failure {
  const general = classifyStatus(response, "the message to the user");
  const isNotSent = response.status === 429 || parseErrorBody(response).body.code === "platform_unavailable";
  const delivery = response.status < 500 || isNotSent ? "not-sent" : "maybe";
  return { ...general, delivery, retryable: isNotSent };
}
