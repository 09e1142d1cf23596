import { isRecord, type JsonRecord, parseJson } from "../../text/json";
import { invalidParams, invalidRequest, methodNotFound, notJson, type RpcError } from "./errors";
import { findMethod, type Operation, versionOf } from "./methods";
import type { ProtocolVersion } from "./protocol";

export type RpcId = string | number | null;

/** Where the answer belongs: the id of the request, and the version of A2A in which it is written. */
export interface ReplyAddress {
  readonly id: RpcId;
  readonly version: ProtocolVersion;
}

/** A JSON-RPC request that this agent serves. */
export interface RpcRequest extends ReplyAddress {
  readonly operation: Operation;
  readonly params: JsonRecord;
  /** The whole request. */
  readonly body: JsonRecord;
}

export type ParsedRequest =
  | { ok: true; request: RpcRequest }
  | ({ ok: false; error: RpcError } & ReplyAddress);

/** Parses the body of a request. Total: every text is a request or a JSON-RPC error. */
export function parseRequest(text: string): ParsedRequest {
  const parsed = parseJson(text);
  if (!parsed.ok) return refuse(notJson(parsed.problem));
  const body = parsed.value;
  if (Array.isArray(body)) return refuse(invalidRequest("Requests are sent one by one, not in an array."));
  if (!isRecord(body)) return refuse(invalidRequest("The request is not a JSON object."));
  return parseEnvelope(body);
}

function parseEnvelope(body: JsonRecord): ParsedRequest {
  const { jsonrpc, id = null, method: name, params } = body;
  if (!isRpcId(id)) return refuse(invalidRequest("`id` is neither text nor a number."));
  const version = typeof name === "string" ? versionOf(name) : "0.3";
  const refuseHere = (error: RpcError): ParsedRequest => ({ ok: false, error, id, version });
  if (jsonrpc !== "2.0") return refuseHere(invalidRequest('`jsonrpc` is not "2.0".'));
  if (typeof name !== "string") return refuseHere(invalidRequest("`method` is not text."));
  const method = findMethod(name);
  if (method === undefined) {
    return refuseHere(methodNotFound("This agent has no such method. Messages are sent with message/send."));
  }
  if (typeof method.operation !== "string") return refuseHere(method.operation);
  if (!isRecord(params)) return refuseHere(invalidParams("`params` is not an object."));
  return { ok: true, request: { id, version, operation: method.operation, params, body } };
}

const refuse = (error: RpcError): ParsedRequest => ({ ok: false, error, id: null, version: "0.3" });

const isRpcId = (value: unknown): value is RpcId =>
  value === null || typeof value === "string" || typeof value === "number";
