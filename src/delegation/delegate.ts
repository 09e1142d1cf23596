import { A2AError, invalidArgument } from "../errors";
import type { Workspace } from "../identity/workspaces";
import { newId } from "../runtime/ids";
import { quote } from "../text/format";
import { isRecord, parseJson } from "../text/json";
import { classifyStatus } from "../transport/request/classify-status";
import { parseErrorBody } from "../transport/request/error-body";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import { type CallOptions, checkCallOptions } from "../validation/options";
import { requirePeerId } from "../validation/peer-id";

export interface DelegateOptions extends CallOptions {
  /**
   * Identity of the piece of work, 1 to 200 visible characters. The same key never runs twice, for days, unless it
   * failed: give the key of an earlier error to repeat that call.
   * @default a random UUID
   */
  idempotencyKey?: string | undefined;
}

/** The platform has taken the work over. */
export interface DelegationReceipt {
  delegationId: string;
  targetId: string;
  status: string;
  idempotencyKey: string;
  /** True when the key was known already: this is the receipt of the work handed out then. */
  idempotentHit: boolean;
  /** Set when the platform runs the work but cannot report on it. */
  warning?: string;
}

/** What the calls of this room need of the client. */
export interface DelegationContext extends RequestContext {
  requestBytes: number;
  /** Those handed out, oldest first, so that their results are known to be awaited. */
  outstanding: Set<string>;
  peers: {
    label(peerId: string): string;
    routeTo(peerId: string): Workspace | undefined;
  };
}

/**
 * Hands a task to a peer in the platform's keeping: it runs once, however often this call is repeated, and its
 * result is fetched later. Access and reachability show only then.
 */
export async function delegate(
  context: DelegationContext,
  peerId: string,
  task: string,
  given?: DelegateOptions,
): Promise<DelegationReceipt> {
  const id = requirePeerId(peerId);
  const options = checkCallOptions(given);
  const idempotencyKey = checkKey(options.idempotencyKey);
  if (typeof task !== "string" || task.trim() === "") {
    throw invalidArgument(`Expected \`task\` to be text with something in it, got ${quote(task)}.`);
  }
  const { workspaces, peers } = context;
  const source = workspaces.named(options.source) ?? peers.routeTo(id) ?? workspaces.default;
  if (id === source.id)
    throw invalidArgument("A workspace does not delegate to itself. Choose another peer.");
  const body = { target_id: id, task, idempotency_key: idempotencyKey };
  const bytes = new TextEncoder().encode(JSON.stringify(body)).byteLength;
  if (bytes > context.requestBytes) {
    throw new A2AError({
      code: "too_large",
      message: `The task has ${bytes} bytes as JSON; the limit is ${context.requestBytes}. Nothing was sent. Send less text, or a reference to a file.`,
      peerId: id,
    });
  }
  const receipt = await requestPlatform<DelegationReceipt>(context, {
    method: "POST",
    path: () => `/workspaces/${source.id}/delegate`,
    body: () => body,
    options,
    source,
    peerId: id,
    // The key makes any repeat harmless, also after the platform may have taken the work.
    task: { messageId: idempotencyKey, repeatMaybe: true, idempotent: true },
    classify: (answer) => judgeReceipt(answer, id, idempotencyKey, peers.label(id)),
  });
  remember(context.outstanding, receipt.delegationId);
  return receipt;
}

/** Ten times what the platform lists at once. */
const MOST_HANDED_OUT = 500;

function remember(handedOut: Set<string>, delegationId: string): void {
  handedOut.add(delegationId);
  const [oldest] = handedOut;
  if (handedOut.size > MOST_HANDED_OUT && oldest !== undefined) handedOut.delete(oldest);
}

const VISIBLE = /^[\x21-\x7e]{1,200}$/;

function checkKey(key: unknown): string {
  if (key === undefined) return newId();
  if (typeof key === "string" && VISIBLE.test(key)) return key;
  throw invalidArgument(
    `Expected \`idempotencyKey\` to be 1 to 200 visible ASCII characters, got ${quote(key)}.`,
  );
}

function judgeReceipt(
  answer: HttpResponse,
  targetId: string,
  idempotencyKey: string,
  peer: string,
): Result<DelegationReceipt> {
  if (!isSuccess(answer.status)) return fail(judgeRefusal(answer, peer));
  const parsed = parseJson(answer.text);
  const body = parsed.ok && isRecord(parsed.value) ? parsed.value : undefined;
  if (typeof body?.delegation_id !== "string" || body.delegation_id === "") {
    return fail({
      code: "bad_response",
      summary: `The task for ${peer} was answered with HTTP ${answer.status}, but without the id of a delegation`,
      // What is not even JSON comes from somebody in front of the platform.
      delivery: body === undefined ? "maybe" : "confirmed",
      retryable: false,
      status: answer.status,
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

function judgeRefusal(answer: HttpResponse, peer: string): Failure {
  const general = classifyStatus(answer, `the delegation to ${peer}`);
  if (answer.status === 403 && general.code !== "wrong_tenant") {
    return {
      ...general,
      code: "access_denied",
      summary: `This workspace may not delegate to ${peer} (HTTP 403)`,
    };
  }
  // Whether the platform had taken the work when it failed is not known, unless it says that it never began.
  const untouched = answer.status < 500 || parseErrorBody(answer).body.code === "platform_unavailable";
  return { ...general, delivery: untouched ? "not-sent" : "maybe" };
}
