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

/** One request below the path of the workspace, with its own token. */
export function ask(
  platform: TestPlatform,
  who: TestWorkspace,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<Answer> {
  return call(`${platform.url}/workspaces/${who.id}${path}`, { method, headers: asCaller(who), body });
}

/** Hands a task to `to`, with the fields in `said`. */
export function handOut(platform: TestPlatform, from: TestWorkspace, to: { id: string }, said: object = {}) {
  return ask(platform, from, "POST", "/delegate", { target_id: to.id, task: "count to ten", ...said });
}

/** The id in a receipt. */
export const idIn = ({ json }: Answer): string => (json as { delegation_id: string }).delegation_id;

export async function rowsOf(platform: TestPlatform, who: TestWorkspace): Promise<Row[]> {
  return (await ask(platform, who, "GET", "/delegations")).json as Row[];
}

/** The rows, once there are so many of them. */
export async function rowsWhen(platform: TestPlatform, who: TestWorkspace, count: number): Promise<Row[]> {
  for (;;) {
    const rows = await rowsOf(platform, who);
    if (rows.length >= count) return rows;
    await setImmediate();
  }
}

/** The status and the preview or error of each row, newest first. */
export const gistOf = ({ status, response_preview, error }: Row): string =>
  [status, response_preview ?? error].filter(Boolean).join(": ");

/** What was told about the delegations of a workspace. */
export function toldOf(platform: TestPlatform, who: TestWorkspace): [type: string, payload: object][] {
  return platform.events
    .filter(({ type, workspaceId }) => workspaceId === who.id && type.startsWith("DELEGATION_"))
    .map(({ type, payload }) => [type, payload]);
}

/** Lets everything settle that needs no time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
}
