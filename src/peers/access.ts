import { classifyRead, readJsonObject, responseFacts } from "../transport/request/classify-status";
import { requestPlatform } from "../transport/request/platform-request";
import { fail, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import { checkPeerId } from "../validation/peer-id";
import type { PeersContext } from "./context";

/** How error messages name the request. */
const SUBJECT = "the question for access";

/** Asks the platform whether the own workspace may talk to the peer; `false` also for an id it does not know. */
export async function checkAccess(
  context: PeersContext,
  peerId: string,
  options?: CallOptions,
): Promise<boolean> {
  const id = checkPeerId(peerId, context.directory.suggestPeers);
  return requestPlatform(context, {
    method: "POST",
    path: () => "/registry/check-access",
    body: (source) => ({ caller_id: source.id, target_id: id }),
    options,
    source: context.directory.getRoute(id),
    peerId: id,
    classify: classifyAccess,
  });
}

function classifyAccess(response: HttpResponse): Result<boolean> {
  if (!isSuccess(response.status)) return fail(classifyRead(response, SUBJECT));
  const body = readJsonObject(response, SUBJECT);
  if (!body.ok) return body;
  if (typeof body.value.allowed === "boolean") {
    return { ok: true, value: body.value.allowed, ambiguous: !body.value.allowed };
  }
  return fail({
    ...responseFacts(response),
    code: "bad_response",
    summary: `The platform answered ${SUBJECT} without saying whether it is allowed`,
  });
}
