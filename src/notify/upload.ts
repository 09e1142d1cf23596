import { isRecord } from "../text/json";
import { classifyStatus, readJsonObject, responseFacts } from "../transport/request/classify-status";
import { parseErrorBody } from "../transport/request/error-body";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import { encodeFiles } from "./multipart";
import type { FileContent } from "./read-files";

/** A file in a message to the user, as the platform takes it. */
export interface FileReference {
  uri: string;
  name: string;
  mimeType?: string | undefined;
  size?: number | undefined;
}

/** Uploads files and resolves to their references, in the same order. An upload that is repeated does no harm. */
export function uploadFiles(
  context: RequestContext,
  files: readonly FileContent[],
  options: CallOptions,
): Promise<FileReference[]> {
  return requestPlatform<FileReference[]>(context, {
    method: "POST",
    path: (source) => `/workspaces/${source.id}/chat/uploads`,
    encoded: encodeFiles(files),
    options,
    classify: (response) =>
      isSuccess(response.status) ? readReferences(response, files.length) : fail(classifyRefusal(response)),
  });
}

function readReferences(response: HttpResponse, count: number): Result<FileReference[]> {
  const body = readJsonObject(response, "the upload");
  if (!body.ok) return body;
  const listed: readonly unknown[] = Array.isArray(body.value.files) ? body.value.files : [];
  const references = listed.filter(isReference);
  if (references.length === count) return ok(references.map(toReference));
  const summary = `The platform has stored ${references.length} of ${count} attachments`;
  return fail({ ...responseFacts(response), code: "bad_response", summary, advice: MESSAGE_NOT_SENT });
}

const MESSAGE_NOT_SENT = "The message was not sent.";

function isReference(value: unknown): value is FileReference {
  return isRecord(value) && isText(value.uri) && isText(value.name);
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

function toReference({ uri, name, mimeType, size }: FileReference): FileReference {
  return {
    uri,
    name,
    ...(isText(mimeType) && { mimeType }),
    ...(Number.isInteger(size) && { size }),
  };
}

function classifyRefusal(response: HttpResponse): Failure {
  const failure = classifyStatus(response, "the upload of the attachments");
  if (response.status === 413) return { ...failure, code: "too_large", advice: MESSAGE_NOT_SENT };
  const { error } = parseErrorBody(response);
  if (response.status !== 503 || !/container not running/i.test(error)) return failure;
  return {
    ...failure,
    retryable: false,
    summary: `This platform keeps files in the containers of the workspaces that it runs, so an agent outside cannot attach any (HTTP 503, "${error}")`,
    advice:
      "The message was not sent: send it without attachments, or with references that the platform has.",
  };
}
