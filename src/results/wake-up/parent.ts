import { isA2AError } from "../../errors";
import type { Workspace } from "../../identity/workspaces";
import type { JsonRecord } from "../../text/json";
import { classifyStatus, readJsonObject } from "../../transport/request/classify-status";
import { type RequestContext, requestPlatform } from "../../transport/request/platform-request";
import { fail, ok, type Result } from "../../transport/request/result";
import { type HttpResponse, isSuccess } from "../../transport/response";
import type { BackgroundLimits } from "../../validation/options";
import { parsePeerId } from "../../validation/peer-id";

/** The workspace above the own one. */
export interface Parent {
  readonly id: string;
  /** As its owner named it; not to be trusted. */
  readonly name: string;
}

/** Who the parent is: asked once, and again only after a failure. */
export type ParentLookup = (limits: BackgroundLimits) => Promise<Parent | undefined>;

export function createParentLookup(context: RequestContext, workspace: Workspace): ParentLookup {
  let known: { parent: Parent | undefined } | undefined;

  const ask = (id: string, limits: BackgroundLimits) =>
    requestPlatform(context, {
      method: "GET",
      path: () => `/workspaces/${id}`,
      options: { source: workspace.id, ...limits },
      background: true,
      classify: judgeRecord,
    });

  async function find(limits: BackgroundLimits): Promise<Parent | undefined> {
    const own = await ask(workspace.id, limits);
    const id = parsePeerId(own?.parent_id);
    const record = id === null ? undefined : await ask(id, limits);
    if (id === null || record === undefined) return undefined;
    return { id, name: typeof record.name === "string" ? record.name : "" };
  }

  return async (limits) => {
    try {
      known ??= { parent: await find(limits) };
    } catch (error) {
      // The message goes out without the name, and the next one asks again.
      if (!isA2AError(error)) throw error;
    }
    return known?.parent;
  };
}

/** The record, or `undefined` for a workspace that is gone. */
function judgeRecord(answer: HttpResponse): Result<JsonRecord | undefined> {
  const what = "the question for the parent";
  if (isSuccess(answer.status)) {
    const read = readJsonObject(answer, what);
    return read.ok && read.value.status === "removed" ? ok(undefined) : read;
  }
  const failure = classifyStatus(answer, what);
  const isGone = answer.status === 410 || (answer.status === 404 && failure.code !== "wrong_tenant");
  // The route is open: a refusal of it does not come from a failed check of the token.
  return isGone ? ok(undefined) : fail({ ...failure, ambiguous: false });
}
