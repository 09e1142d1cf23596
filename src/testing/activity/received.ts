import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import type { Workspace } from "../workspace";
import { type Activity, writeActivity } from "./activity";

/** A message as its target finds it among its activity. */
export interface Received {
  readonly target: Workspace;
  /** Null for a human. */
  readonly from: string | null;
  readonly request: JsonObject;
}

export const methodOf = (request: JsonObject): string =>
  typeof request.method === "string" ? request.method : "";

/** Writes it down, with what is known of how it went; `note` stands behind the summary. */
export function writeReceived(
  state: PlatformState,
  { target, from, request }: Received,
  outcome: Partial<Activity> = {},
  note = "",
): void {
  const method = methodOf(request);
  writeActivity(state, {
    workspace_id: target.id,
    activity_type: "a2a_receive",
    source_id: from,
    target_id: target.id,
    method,
    summary: `${method} → ${target.name}${note}`,
    request_body: request,
    ...outcome,
  });
}
