import { invalidArgument } from "../errors";
import type { Clock } from "../runtime/clock";
import { quote } from "../text/format";
import { classifyWrite } from "../transport/request/classify-status";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { fail, ok } from "../transport/request/result";
import { isSuccess } from "../transport/response";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import { type CallOptions, checkCallOptions } from "../validation/options";
import { type Attachment, type CheckedAttachment, checkAttachments } from "./attachment";
import { readFiles } from "./read-files";
import { type FileReference, uploadFiles } from "./upload";

/** Options of {@link A2AClient.notifyUser}. */
export interface NotifyOptions extends CallOptions {
  /** Files for the user. @default none */
  attachments?: readonly Attachment[] | undefined;
}

const NAMES: OptionNames<NotifyOptions> = { source: true, signal: true, timeoutMs: true, attachments: true };

/** Limit of a call that uploads, in milliseconds: 50 MiB take longer than any other request. */
const UPLOAD_MS = 120_000;

interface NotifyContext extends RequestContext {
  readonly clock: Clock;
}

/**
 * Shows a message to the user of the workspace, with files. Repeated only while it certainly was not shown. The files
 * are uploaded first, within the same `timeoutMs`.
 */
export async function notifyUser(
  context: NotifyContext,
  message: string,
  given?: NotifyOptions,
): Promise<void> {
  const options = checkCallOptions(given);
  checkOptionNames(options, NAMES, invalidArgument);
  if (typeof message !== "string" || message.trim() === "") {
    throw invalidArgument(`Expected \`message\` to be text with something in it, got ${quote(message)}.`);
  }
  const { attachments, ...callOptions } = options;
  const checked = checkAttachments(attachments);
  if (checked.length === 0) return notify(context, { message }, callOptions, false);
  const endsAt = context.clock.now() + (options.timeoutMs ?? UPLOAD_MS);
  const withTimeLeft = () => ({ ...callOptions, timeoutMs: Math.max(1, endsAt - context.clock.now()) });
  const references = await toReferences(context, checked, withTimeLeft);
  return notify(context, { message, attachments: references }, withTimeLeft(), false);
}

/** The references of all attachments, in their order. */
async function toReferences(
  context: NotifyContext,
  attachments: readonly CheckedAttachment[],
  withTimeLeft: () => CallOptions,
): Promise<FileReference[]> {
  const files = await readFiles(attachments.filter((attachment) => attachment.kind !== "uri"));
  const uploaded = files.length === 0 ? [] : await uploadFiles(context, files, withTimeLeft());
  return attachments.flatMap((attachment) => {
    if (attachment.kind !== "uri") return uploaded.splice(0, 1);
    const { uri, name, mimeType } = attachment;
    return [{ uri, name, ...(mimeType !== undefined && { mimeType }) }];
  });
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
  body: { message: string; type?: string; attachments?: readonly FileReference[] },
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
