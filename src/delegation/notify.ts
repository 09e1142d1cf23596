import { invalidArgument } from "../errors";
import { quote } from "../text/format";
import { classifyWrite } from "../transport/request/classify-status";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { fail, ok } from "../transport/request/result";
import { isSuccess } from "../transport/response";
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
    classify: (response) =>
      isSuccess(response.status) ? ok(undefined) : fail(classifyWrite(response, "the message to the user")),
  });
}
