import { isA2AError } from "../../errors";
import type { Workspace } from "../../identity/workspaces";
import type { JsonRecord } from "../../text/json";
import { classifyStatus, readJsonObject } from "../../transport/request/classify-status";
import { type RequestContext, requestPlatform } from "../../transport/request/platform-request";
import { fail, ok, type Result } from "../../transport/request/result";
import { type HttpResponse, isSuccess } from "../../transport/response";
import type { BackgroundLimits } from "../../validation/options";
import { parsePeerId } from "../../validation/peer-id";

/** The parent of the own workspace. */
export interface Parent {
  readonly id: string;
  /** As its owner chose it; untrusted. */
  readonly name: string;
}

/**
 * Looks the parent up; `undefined` for none, and when the platform does not answer. An answer is kept, a failure is
 * not. Rejects with the signal's reason when it is aborted.
 */
export type ParentLookup = (limits: BackgroundLimits) => Promise<Parent | undefined>;

export function createParentLookup(context: RequestContext, workspace: Workspace): ParentLookup {
  let known: { parent: Parent | undefined } | undefined;

  const fetchRecord = (id: string, limits: BackgroundLimits) =>
    requestPlatform(context, {
      method: "GET",
      path: () => `/workspaces/${id}`,
      options: { source: workspace.id, ...limits },
      background: true,
      classify: classifyRecord,
    });

  async function fetchParent(limits: BackgroundLimits): Promise<Parent | undefined> {
    const own = await fetchRecord(workspace.id, limits);
    const id = parsePeerId(own?.parent_id);
    const record = id === null ? undefined : await fetchRecord(id, limits);
    if (id === null || record === undefined) return undefined;
    return { id, name: typeof record.name === "string" ? record.name : "" };
  }

  return async (limits) => {
    try {
      known ??= { parent: await fetchParent(limits) };
    } catch (error) {
      // The message is sent without the parent, and the next one looks it up again.
      if (!isA2AError(error)) throw error;
    }
    return known?.parent;
  };
}

/** The record of a workspace; `undefined` for one that was removed or does not exist. */
function classifyRecord(response: HttpResponse): Result<JsonRecord | undefined> {
  const what = "the question for the parent";
  if (isSuccess(response.status)) {
    const read = readJsonObject(response, what);
    return read.ok && read.value.status === "removed" ? ok(undefined) : read;
  }
  const failure = classifyStatus(response, what);
  const isGone = response.status === 410 || (response.status === 404 && failure.code !== "wrong_tenant");
  // The route is open: a refusal of it does not come from a failed check of the token.
  return isGone ? ok(undefined) : fail({ ...failure, ambiguous: false });
}
