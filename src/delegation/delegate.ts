import { A2AError, invalidArgument } from "../errors";
import { newId } from "../runtime/ids";
import { utf8Length } from "../text/byte-length";
import { quote } from "../text/format";
import { isRecord, parseJson } from "../text/json";
import { serializeJson } from "../text/serialize-json";
import { classifyStatus } from "../transport/request/classify-status";
import { parseErrorBody } from "../transport/request/error-body";
import { requestPlatform } from "../transport/request/platform-request";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import { type CallOptions, checkCallOptions } from "../validation/options";
import { checkPeerId } from "../validation/peer-id";
import type { DelegationContext } from "./context";
import { findListed } from "./get";

/** Options of `delegate`. */
export interface DelegateOptions extends CallOptions {
  /**
   * Idempotency key, 1 to 200 visible ASCII characters. What the platform has stored under a key is not run again for
   * days, unless it failed. A call whose connection ends before the platform has stored the task may run without
   * leaving its key behind, so the same key runs once more. To repeat a call that failed, give the key of its error
   * (`messageId`).
   * @default a random UUID
   */
  idempotencyKey?: string | undefined;
}

const NAMES: OptionNames<DelegateOptions> = {
  source: true,
  signal: true,
  timeoutMs: true,
  idempotencyKey: true,
};

/** The platform's confirmation that it has accepted a delegation. */
export interface DelegationReceipt {
  /** Id of the delegation, which `getDelegation` and `waitForDelegation` take. */
  delegationId: string;
  /** Id of the peer that is to do the task. */
  targetId: string;
  /** The state of the delegation when it was accepted: as of {@link Delegation.status}. */
  status: string;
  /** The key under which the platform stores it: the one given, or the random one. */
  idempotencyKey: string;
  /** True when the key was used before: this is the receipt of that earlier delegation. */
  idempotentHit: boolean;
  /**
   * Set when the platform runs the task but cannot report on it later, and when it has lost track of an earlier
   * delegation under the same key.
   */
  warning?: string;
}

/**
 * Delegates a task to a peer through the platform. The result is fetched later, and so is the failure of a peer that
 * denies access or cannot be reached. The platform runs the task once, unless the caller's connection ends before it
 * has stored it, or the platform itself repeats what its agent may have had. So the connection outlives the call: when
 * its time is over or its signal is aborted, the caller is answered and the request ends by itself, within 60 s.
 * `timeoutMs` is the whole call and defaults to the budget of a send. A request that the platform may have is repeated
 * under at-least-once only, one that it has and has not answered in time is not.
 */
export async function delegate(
  context: DelegationContext,
  peerId: string,
  task: string,
  given?: DelegateOptions,
): Promise<DelegationReceipt> {
  const id = checkPeerId(peerId, context.peers.suggestPeers);
  const options = checkCallOptions(given);
  checkOptionNames(options, NAMES, invalidArgument);
  const idempotencyKey = checkKey(options.idempotencyKey);
  if (typeof task !== "string" || task.trim() === "") {
    throw invalidArgument(`Expected \`task\` to be text with something in it, got ${quote(task)}.`);
  }
  const { workspaces, peers } = context;
  const source = workspaces.named(options.source) ?? peers.getRoute(id) ?? workspaces.default;
  if (id === source.id)
    throw invalidArgument("A workspace does not delegate to itself. Choose another peer.");
  const body = { target_id: id, task, idempotency_key: idempotencyKey };
  const bytes = utf8Length(serializeJson(body));
  if (bytes > context.requestBytes) {
    throw new A2AError({
      code: "too_large",
      message: `The task has ${bytes} bytes as JSON; the limit is ${context.requestBytes}. Nothing was sent. Send less text, or a reference to a file.`,
      peerId: id,
    });
  }
  const { messagePool: pool, budgetMs: requestMs } = context;
  const retryMaybeDelivered = context.delivery === "at-least-once";
  const receipt = await requestPlatform<DelegationReceipt>(
    { ...context, pool, requestMs },
    {
      method: "POST",
      path: () => `/workspaces/${source.id}/delegate`,
      body: () => body,
      options,
      source,
      peerId: id,
      task: {
        messageId: idempotencyKey,
        retryMaybeDelivered,
        keyed: true,
        // The platform stops storing the task when the connection ends, and runs it all the same.
        leaveOpen: true,
      },
      classify(response) {
        const peer = peers.label(id);
        if (isSuccess(response.status)) return classifyReceipt(response, id, idempotencyKey, peer);
        return fail(classifyRefusal(response, peer, retryMaybeDelivered));
      },
    },
  );
  remember(context, receipt, source.id);
  return warnOfLost(context, receipt, { source: source.id, signal: options.signal });
}

/** Ten times the number of delegations that the platform lists at once. */
const MAX_REMEMBERED = 500;

function remember(
  { outstanding, untracked, onDelegated }: DelegationContext,
  receipt: DelegationReceipt,
  sourceId: string,
): void {
  const { delegationId, warning } = receipt;
  outstanding.set(delegationId, sourceId);
  const [oldest] = outstanding.keys();
  if (outstanding.size > MAX_REMEMBERED && oldest !== undefined) outstanding.delete(oldest);
  for (const callback of onDelegated) callback(delegationId, sourceId);
  if (warning === undefined) return;
  untracked.set(delegationId, warning);
  const [first] = untracked.keys();
  if (untracked.size > MAX_REMEMBERED && first !== undefined) untracked.delete(first);
}

/** A repeated key may belong to a delegation that the platform has lost track of, and which it never runs again. */
async function warnOfLost(
  context: DelegationContext,
  receipt: DelegationReceipt,
  options: CallOptions,
): Promise<DelegationReceipt> {
  if (!receipt.idempotentHit || !UNFINISHED.has(receipt.status)) return receipt;
  const found = await findListed(context, receipt.delegationId.toLowerCase(), options).catch(() => undefined);
  return found?.lost ? { ...receipt, warning: found.error } : receipt;
}

const UNFINISHED: ReadonlySet<string> = new Set(["pending", "dispatched"]);

const VISIBLE_ASCII = /^[\x21-\x7e]{1,200}$/;

function checkKey(key: unknown): string {
  if (key === undefined) return newId();
  if (typeof key === "string" && VISIBLE_ASCII.test(key)) return key;
  throw invalidArgument(
    `Expected \`idempotencyKey\` to be 1 to 200 visible ASCII characters, got ${quote(key)}.`,
  );
}

function classifyReceipt(
  response: HttpResponse,
  targetId: string,
  idempotencyKey: string,
  peer: string,
): Result<DelegationReceipt> {
  const parsed = parseJson(response.text);
  const body = parsed.ok && isRecord(parsed.value) ? parsed.value : undefined;
  if (typeof body?.delegation_id !== "string" || body.delegation_id === "") {
    return fail({
      code: "bad_response",
      summary: `The task for ${peer} was answered with HTTP ${response.status}, but without the id of a delegation`,
      // An answer that is not JSON comes from a proxy in front of the platform.
      delivery: body === undefined ? "maybe" : "confirmed",
      retryable: false,
      status: response.status,
    });
  }
  const receipt: DelegationReceipt = {
    delegationId: body.delegation_id,
    targetId: typeof body.target_id === "string" ? body.target_id : targetId,
    status: typeof body.status === "string" ? body.status : "delegated",
    idempotencyKey,
    idempotentHit: body.idempotent_hit === true,
  };
  if (typeof body.warning === "string" && body.warning !== "") receipt.warning = body.warning;
  return ok(receipt);
}

function classifyRefusal(response: HttpResponse, peer: string, retryMaybeDelivered: boolean): Failure {
  const general = classifyStatus(response, `the delegation to ${peer}`);
  if (response.status === 403 && general.code !== "wrong_tenant") {
    return {
      ...general,
      code: "access_denied",
      summary: `This workspace may not delegate to ${peer} (HTTP 403)`,
    };
  }
  // A platform that failed may have accepted the task before, unless it says that it was not available.
  const isNotSent = response.status < 500 || parseErrorBody(response).body.code === "platform_unavailable";
  // After 504 the platform has the request and is at work on it.
  const mayRepeat = isNotSent || (retryMaybeDelivered && response.status !== 504);
  return {
    ...general,
    delivery: isNotSent ? "not-sent" : "maybe",
    retryable: general.retryable && mayRepeat,
  };
}
