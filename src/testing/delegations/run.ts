import { tell } from "../events";
import { isObject, type JsonObject, parseJson } from "../json";
import type { PlatformState } from "../state";
import { after } from "../timers";
import { complete, fail, queue } from "./outcome";
import { type Handover, moveDelegateRow } from "./rows";

// Time for an agent that is being restarted.
const RETRY_MS = 8000;

/** Brings a delegation to its peer and notes what comes of it. `ask` hands the task to the proxy. */
export async function runDelegation(
  state: PlatformState,
  work: Handover,
  ask: () => Promise<Response>,
): Promise<void> {
  const { id, sourceId, targetId } = work;
  moveDelegateRow(state, sourceId, id, "dispatched");
  tell(state, sourceId, "DELEGATION_STATUS", {
    delegation_id: id,
    target_id: targetId,
    status: "dispatched",
  });
  let answer = await read(await ask());
  if (mayPass(answer)) {
    await new Promise<void>((resolve) => after(state, RETRY_MS, resolve));
    answer = await read(await ask());
  }
  if (answer.status < 200 || answer.status > 299) fail(state, work, errorOf(answer));
  else if (answer.status === 202 && answer.body.queued === true) queue(state, work);
  else complete(state, work, answer.text);
}

interface ProxyAnswer {
  readonly status: number;
  readonly text: string;
  /** Empty when the text is no JSON object. */
  readonly body: JsonObject;
}

async function read(response: Response): Promise<ProxyAnswer> {
  const text = await response.text();
  const body = parseJson(text);
  return { status: response.status, text, body: isObject(body) ? body : {} };
}

/** Every 502 is taken for an agent that was not reached, also one whose answer broke off. */
function mayPass({ status, body }: ProxyAnswer): boolean {
  return status === 502 || (status === 503 && body.restarting === true);
}

function errorOf({ body }: ProxyAnswer): string {
  return typeof body.error === "string" && body.error !== "" ? body.error : "proxy a2a error";
}
