import { setImmediate } from "node:timers/promises";
import type { TestPlatform, TestWorkspace } from "../../../src/testing/index";
import { type Answer, asCaller, call } from "./exchange";

/** A row of the platform's list of delegations. */
export interface Row {
  id: string;
  type: string;
  source_id: string;
  target_id: string;
  summary: string;
  status: string;
  created_at: string;
  delegation_id?: string;
  error?: string;
  response_preview?: string;
}

/** Sends a request below the path of the workspace, with its own token. */
export function requestAs(
  platform: TestPlatform,
  who: TestWorkspace,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<Answer> {
  return call(`${platform.url}/workspaces/${who.id}${path}`, { method, headers: asCaller(who), body });
}

/** Delegates a task to `to`; `fields` are added to the body. */
export function delegateTask(
  platform: TestPlatform,
  from: TestWorkspace,
  to: { id: string },
  fields: object = {},
) {
  return requestAs(platform, from, "POST", "/delegate", {
    target_id: to.id,
    task: "count to ten",
    ...fields,
  });
}

/** The id of the delegation in a response. */
export const getDelegationId = ({ json }: Answer): string =>
  (json as { delegation_id: string }).delegation_id;

export async function listRows(platform: TestPlatform, who: TestWorkspace): Promise<Row[]> {
  return (await requestAs(platform, who, "GET", "/delegations")).json as Row[];
}

/** The rows, once there are at least `count`. */
export async function waitForRows(platform: TestPlatform, who: TestWorkspace, count: number): Promise<Row[]> {
  for (;;) {
    const rows = await listRows(platform, who);
    if (rows.length >= count) return rows;
    await setImmediate();
  }
}

/** The status and the preview or error of each row, newest first. */
export const summarize = ({ status, response_preview, error }: Row): string =>
  [status, response_preview ?? error].filter(Boolean).join(": ");

/** The events of a workspace's delegations. */
export function delegationEvents(
  platform: TestPlatform,
  who: TestWorkspace,
): [type: string, payload: object][] {
  return platform.events
    .filter(({ type, workspaceId }) => workspaceId === who.id && type.startsWith("DELEGATION_"))
    .map(({ type, payload }) => [type, payload]);
}

/** Waits for everything that needs no clock time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
}
