import { classifyStatus, readJsonObject, withoutTask } from "../transport/request/classify-status";
import { requestPlatform } from "../transport/request/platform-request";
import { fail, ok } from "../transport/request/result";
import { isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import { requirePeerId } from "../validation/peer-id";
import type { PeersContext } from "./context";

/** Asks whether the own workspace may talk to the peer. An id the platform does not know is a plain `false`. */
export async function checkAccess(
  context: PeersContext,
  peerId: string,
  options?: CallOptions,
): Promise<boolean> {
  const id = requirePeerId(peerId);
  const what = "the question for access";
  return requestPlatform(context, {
    method: "POST",
    path: () => "/registry/check-access",
    body: (source) => ({ caller_id: source.id, target_id: id }),
    options,
    source: context.directory.routeTo(id),
    peerId: id,
    classify: (answer) => {
      if (!isSuccess(answer.status)) return fail(classifyStatus(answer, what));
      const read = readJsonObject(answer, what);
      if (!read.ok) return read;
      if (typeof read.value.allowed === "boolean") return ok(read.value.allowed);
      return fail({
        ...withoutTask(answer),
        code: "bad_response",
        summary: `The platform answered ${what} without saying whether it is allowed`,
      });
    },
  });
}
