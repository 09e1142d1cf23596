import { isObject, type JsonObject, parseJson } from "../json";
import type { PlatformState } from "../model/state";
import { emitEvent, schedule } from "../store";
import { completeDelegation, failDelegation, queueDelegation } from "./outcome";
import { type Delegation, updateDelegateRow } from "./rows";

/** Long enough for an agent to restart. */
const RETRY_DELAY_MS = 8000;

/**
 * Dispatches a delegation, with at most one retry, and records its outcome. `send` proxies the task to the target. A
 * restart of the platform ends it without an outcome.
 */
export async function runDelegation(
  state: PlatformState,
  delegation: Delegation,
  send: () => Promise<Response>,
): Promise<void> {
  const { id, sourceId, targetId } = delegation;
  const { starts } = state.process;
  updateDelegateRow(state, sourceId, id, "dispatched");
  emitEvent(state, sourceId, "DELEGATION_STATUS", {
    delegation_id: id,
    target_id: targetId,
    status: "dispatched",
  });
  let response = await readResponse(await send());
  if (isRetryable(response)) {
    await new Promise<void>((resolve) => schedule(state, RETRY_DELAY_MS, resolve));
    if (state.process.starts !== starts) return;
    response = await readResponse(await send());
  }
  if (state.finishedDelegations.has(id)) return;
  if (response.status < 200 || response.status > 299) failDelegation(state, delegation, getError(response));
  else if (response.status === 202 && response.body.queued === true) queueDelegation(state, delegation);
  else completeDelegation(state, delegation, response.text);
}

interface ProxyResponse {
  readonly status: number;
  readonly text: string;
  /** Empty when the text is not a JSON object. */
  readonly body: JsonObject;
}

async function readResponse(response: Response): Promise<ProxyResponse> {
  const text = await response.text();
  const body = parseJson(text);
  return { status: response.status, text, body: isObject(body) ? body : {} };
}

/** Every 502 counts as an unreachable agent, also one for an incomplete response. */
function isRetryable({ status, body }: ProxyResponse): boolean {
  return status === 502 || (status === 503 && body.restarting === true);
}

function getError({ body }: ProxyResponse): string {
  return typeof body.error === "string" && body.error !== "" ? body.error : "proxy a2a error";
}
