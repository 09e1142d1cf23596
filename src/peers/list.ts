import { type A2AError, type A2AErrorCode, invalidArgument, isA2AError } from "../errors";
import { formatDuration, quote } from "../text/format";
import { classifyRead, readJson, responseFacts } from "../transport/request/classify-status";
import { parseErrorBody } from "../transport/request/error-body";
import { requestPlatform } from "../transport/request/platform-request";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import type { PeersContext, RequestMode } from "./context";
import { type PeerRecord, parsePeerRecord } from "./record";

/** The peers of a workspace (its parent, siblings and children, offline ones included), or why there are none. */
export interface PeerList {
  /** The peers that could be read; empty where there are none. */
  peers: PeerRecord[];
  /** Why the list could not be read or is incomplete; `null` for a complete list, an empty one included. */
  diagnostic: PeerListDiagnostic | null;
}

/** Why a peer list could not be read or is incomplete. */
export interface PeerListDiagnostic {
  /** The code of the failure. */
  code: A2AErrorCode;
  /** What failed and, where that is known, what to do; complete in itself. */
  message: string;
  /** HTTP status, when the platform responded. */
  status?: number;
  /** Number of rows that were left out because they have no valid id. */
  skipped?: number;
}

/** Options of `listPeers`. */
export interface ListPeersOptions extends CallOptions {
  /**
   * Keeps the peers whose name, role or id contains this text, case-insensitive and trimmed. Not sent to the platform.
   * @default all peers
   */
  query?: string | undefined;
}

/**
 * Lists the peers of the own workspace. When the platform refuses or is unavailable, the list is empty and its
 * diagnostic says why.
 *
 * @throws `invalid_argument`, `configuration`, `closed`, and the reason of the caller's signal.
 */
export async function listPeers(context: PeersContext, options?: ListPeersOptions): Promise<PeerList> {
  const query = parseQuery(options);
  let list: PeerList;
  try {
    list = await fetchPeerList(context, options);
  } catch (error) {
    if (!isA2AError(error) || CALLER_ERRORS.has(error.code)) throw error;
    return { peers: [], diagnostic: toDiagnostic(error, context.platformUrl) };
  }
  if (query !== "") list.peers = list.peers.filter((peer) => matches(peer, query));
  return list;
}

/** Failures while a response was received. */
const INCOMPLETE_RESPONSE: ReadonlySet<A2AErrorCode> = new Set(["network", "timeout", "too_large"]);

/** Errors that the caller made, not the platform. */
const CALLER_ERRORS: ReadonlySet<A2AErrorCode> = new Set(["invalid_argument", "configuration", "closed"]);

/** Requests the peer list of the own workspace. Rejects with an `A2AError` when that fails. */
export function fetchPeerList(
  context: PeersContext,
  options: CallOptions | undefined,
  { background, updateCache = true }: RequestMode = {},
): Promise<PeerList> {
  const { workspaces, directory, cache } = context;
  const stamp = cache.nextStamp();
  return requestPlatform(context, {
    method: "GET",
    path: (source) => `/registry/${source.id}/peers`,
    options,
    background,
    priority: background ? "enrich" : "send",
    classify: (response, source) => {
      const result = classifyList(response, source.id);
      if (!result.ok) return result;
      const { peers } = result.value;
      // Without a default workspace each call names its own.
      const setsRoutes = workspaces.hasDefault && workspaces.all.length > 1;
      for (const peer of peers) {
        directory.setName(peer.id, peer.name, stamp);
        if (setsRoutes) directory.setRoute(peer.id, source);
      }
      if (updateCache) cache.mergeList(source, peers, stamp);
      return result;
    },
  });
}

function classifyList(response: HttpResponse, sourceId: string): Result<PeerList> {
  const { status } = response;
  if (!isSuccess(status)) return fail(classifyRefusal(response, sourceId));
  const body = readJson(response, "the peer list");
  if (!body.ok) return body;
  const rows = body.value;
  if (!Array.isArray(rows)) {
    const detail = `Platform returned ${status} but body was not a list: ${pythonType(rows)}`;
    return fail({ ...responseFacts(response), code: "bad_response", summary: detail, detail });
  }
  const peers: PeerRecord[] = [];
  for (const row of rows) {
    const peer = parsePeerRecord(row);
    if (peer !== null) peers.push(peer);
  }
  const skipped = rows.length - peers.length;
  return ok({
    peers,
    diagnostic: skipped === 0 ? null : incompleteList(status, rows.length, skipped),
  });
}

function incompleteList(status: number, rows: number, skipped: number): PeerListDiagnostic {
  const message = `The platform listed ${rows} peers, of which ${skipped} had no valid id and were left out.`;
  return { code: "bad_response", message, status, skipped };
}

/** `detail` has the wording of the reference client, which operators know. */
function classifyRefusal(response: HttpResponse, sourceId: string): Failure {
  const { status } = response;
  const general = classifyRead(response, "the question for the peer list");
  if (general.code === "wrong_tenant") return general;
  if (status === 401 || status === 403) {
    return {
      ...general,
      code: status === 401 ? "unauthorized" : "access_denied",
      detail: `Authentication to platform failed (HTTP ${status}). The workspace bearer token may be invalid — restarting the workspace usually re-mints it.`,
    };
  }
  if (status === 404) {
    return {
      ...general,
      code: "peer_not_found",
      detail: `Workspace ID ${sourceId} is not registered with the platform (HTTP 404). Re-registration via the platform's /registry/register endpoint is needed. Call client.register().`,
    };
  }
  if (status === 410) {
    return {
      ...general,
      code: "workspace_removed",
      detail: `Workspace ID ${sourceId} was removed from the platform (HTTP 410). It cannot come back: create a new workspace and token.`,
    };
  }
  if (status >= 500) return { ...general, detail: `Platform error: HTTP ${status}.` };
  const plain = `Unexpected platform response: HTTP ${status}.`;
  if (status !== 429) return { ...general, detail: plain };
  const { error, retryAfterMs } = parseErrorBody(response);
  const wait = retryAfterMs === undefined ? "" : ` Try again in ${formatDuration(retryAfterMs)}.`;
  return { ...general, detail: `${plain}${error === "" ? "" : ` ${error}.`}${wait}` };
}

function toDiagnostic(error: A2AError, platformUrl: string): PeerListDiagnostic {
  const { code, status, detail, message } = error;
  // A request that this client holds back says nothing of the platform.
  if (status === undefined && code === "rate_limited") return { code, message };
  if (status === undefined) return { code, message: `Cannot reach platform at ${platformUrl}: ${message}` };
  // The detail of an incomplete response is the transport's alone, and does not say what failed.
  return { code, message: INCOMPLETE_RESPONSE.has(code) ? message : (detail ?? message), status };
}

function parseQuery(options: ListPeersOptions | undefined): string {
  const query: unknown = options?.query;
  if (query === undefined) return "";
  if (typeof query !== "string") throw invalidArgument(`Expected \`query\` to be text, got ${quote(query)}.`);
  return query.trim().toLowerCase();
}

function matches(peer: PeerRecord, query: string): boolean {
  return [peer.name, peer.role, peer.id].some(
    (text) => typeof text === "string" && text.toLowerCase().includes(query),
  );
}

/** The type as Python names it, as the reference client does. */
function pythonType(value: unknown): string {
  if (value === null) return "NoneType";
  switch (typeof value) {
    case "string":
      return "str";
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    default:
      return "dict";
  }
}
