/** Why a request is not answered with a result, in the words of JSON-RPC and A2A. */
export interface RpcError {
  readonly code: number;
  /** Says to the sender what is wrong and what to do. Holds nothing of an internal error. */
  readonly message: string;
  /** The name of the error in A2A 1.0. */
  readonly reason: string;
  /** Whether a handler has begun to work on the message. */
  readonly ran: boolean;
}

export type RpcResult<T> = { ok: true; value: T } | { ok: false; error: RpcError };

export const rpcOk = <T>(value: T): RpcResult<T> => ({ ok: true, value });

/** The outcome of a request before which nothing ran. */
export const rpcFail = (error: RpcError): { ok: false; error: RpcError } => ({ ok: false, error });

const refusal =
  (code: number, reason: string) =>
  (message: string): RpcError => ({ code, reason, message, ran: false });

const parseError = refusal(-32700, "PARSE_ERROR");
export const notJson = (problem: string): RpcError => parseError(`The request is not JSON: ${problem}.`);
export const invalidRequest = refusal(-32600, "INVALID_REQUEST");
export const methodNotFound = refusal(-32601, "METHOD_NOT_FOUND");
export const invalidParams = refusal(-32602, "INVALID_PARAMS");
export const taskNotFound = refusal(-32001, "TASK_NOT_FOUND");
export const taskNotCancelable = refusal(-32002, "TASK_NOT_CANCELABLE");
export const pushNotSupported = refusal(-32003, "PUSH_NOTIFICATION_NOT_SUPPORTED");
export const unsupportedOperation = refusal(-32004, "UNSUPPORTED_OPERATION");
export const contentTypeNotSupported = refusal(-32005, "CONTENT_TYPE_NOT_SUPPORTED");

const internalError = (message: string, ran: boolean): RpcError => ({
  code: -32603,
  reason: "INTERNAL_ERROR",
  message,
  ran,
});

/** The handler threw. Its own words stay here: they may name files, addresses and secrets. */
export const handlerFailed = (): RpcError =>
  internalError(
    "The agent failed while it worked on the message, which may be done in part. The same messageId gets this answer again; a new one runs it anew.",
    true,
  );

export const handlerStopped = (): RpcError =>
  internalError("The agent was stopped while it worked on the message, which may be done in part.", true);

/** The handler gave the message back with `nack`. */
export const handlerGaveBack = (): RpcError =>
  internalError("The agent has not taken the message on. Send it again later: it then runs.", false);

/** A mistake of this package or of its host. */
export const unexpectedError = (): RpcError =>
  internalError("The agent could not process the request. Nothing of it ran.", false);
