import { type A2AError, type A2AErrorCode, invalidArgument, isA2AError } from "../errors";
import { formatDuration, quote } from "../text/format";
import { classifyStatus, readJson, withoutTask } from "../transport/request/classify-status";
import { parseErrorBody } from "../transport/request/error-body";
import { requestPlatform } from "../transport/request/platform-request";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import type { PeersContext } from "./context";
import { type PeerRecord, readPeerRecord } from "./record";

/** The peers of a workspace: parent, siblings and children, offline ones included. */
export interface PeerList {
  peers: PeerRecord[];
  /** Why the list is empty or incomplete; `null` when it is neither. */
  diagnostic: PeerListDiagnostic | null;
}

export interface PeerListDiagnostic {
  code: A2AErrorCode;
  /** Stands alone: what went wrong and what to do. */
  message: string;
  /** HTTP status, if the platform answered. */
  status?: number;
  /** Rows of the answer that were no peers and were left out. */
  skipped?: number;
}

export interface ListPeersOptions extends CallOptions {
  /** Keeps the peers whose name, role or id holds this text, upper or lower case. Never sent to the platform. */
  query?: string | undefined;
}

/**
 * Lists the peers. A platform that refuses or is away is no exception but the diagnostic of an empty list;
 * wrong arguments, a closed client and the caller's own abort still throw.
 */
export async function listPeers(context: PeersContext, options?: ListPeersOptions): Promise<PeerList> {
  const query = readQuery(options);
  let list: PeerList;
  try {
    list = await fetchPeerList(context, options);
  } catch (error) {
    if (!isA2AError(error) || OURS.has(error.code)) throw error;
    return { peers: [], diagnostic: diagnose(error, context.platformUrl) };
  }
  if (query !== "") list.peers = list.peers.filter((peer) => matches(peer, query));
  return list;
}

const BROKEN_OFF: ReadonlySet<A2AErrorCode> = new Set(["network", "timeout", "too_large"]);

/** Failures that are the caller's, not the platform's. */
const OURS: ReadonlySet<A2AErrorCode> = new Set(["invalid_argument", "configuration", "closed"]);

/** The same as an exception when it fails. */
export function fetchPeerList(
  context: PeersContext,
  options: CallOptions | undefined,
  background = false,
): Promise<PeerList> {
  const { workspaces, directory, cache: memory } = context;
  return requestPlatform(context, {
    method: "GET",
    path: (source) => `/registry/${source.id}/peers`,
    options,
    background,
    classify: (answer, source) => {
      const verdict = judgeList(answer, source.id);
      if (!verdict.ok) return verdict;
      for (const peer of verdict.value.peers) {
        directory.learnName(peer.id, peer.name);
        // The enricher decides itself what becomes of a list it asked for.
        if (!background) memory.merge(source, peer);
        if (workspaces.all.length > 1) directory.learnRoute(peer.id, source);
      }
      return verdict;
    },
  });
}

function judgeList(answer: HttpResponse, sourceId: string): Result<PeerList> {
  if (!isSuccess(answer.status)) return fail(judgeRefusal(answer, sourceId));
  const read = readJson(answer, "the peer list");
  if (!read.ok) return read;
  const rows = read.value;
  if (!Array.isArray(rows)) {
    const detail = `Platform returned ${answer.status} but body was not a list: ${pythonType(rows)}`;
    return fail({ ...withoutTask(answer), code: "bad_response", summary: detail, detail });
  }
  const peers: PeerRecord[] = [];
  for (const row of rows) {
    const peer = readPeerRecord(row);
    if (peer !== null) peers.push(peer);
  }
  const skipped = rows.length - peers.length;
  return ok({
    peers,
    diagnostic: skipped === 0 ? null : incomplete(answer.status, rows.length, skipped),
  });
}

function incomplete(status: number, rows: number, skipped: number): PeerListDiagnostic {
  const message = `The platform listed ${rows} peers, of which ${skipped} had no valid id and were left out.`;
  return { code: "bad_response", message, status, skipped };
}

/** The words are those of the reference client, which operators know; `detail` carries them. */
function judgeRefusal(answer: HttpResponse, sourceId: string): Failure {
  const { status } = answer;
  const general = classifyStatus(answer, "the question for the peer list");
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
      detail: `Workspace ID ${sourceId} is not registered with the platform (HTTP 404). Re-registration via the platform's /registry/register endpoint is needed.`,
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
  const { error, retryAfterMs } = parseErrorBody(answer);
  const wait = retryAfterMs === undefined ? "" : ` Try again in ${formatDuration(retryAfterMs)}.`;
  return { ...general, detail: `${plain}${error === "" ? "" : ` ${error}.`}${wait}` };
}

function diagnose(error: A2AError, platformUrl: string): PeerListDiagnostic {
  const { code, status, detail, message } = error;
  if (status === undefined)
    return { code, message: `Cannot reach platform at ${platformUrl}: ${detail ?? message}` };
  // Of an answer that broke off, the transport's words alone would not say what they are about.
  return { code, message: BROKEN_OFF.has(code) ? message : (detail ?? message), status };
}

function readQuery(options: ListPeersOptions | undefined): string {
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

/** The reference client names the type as Python does. */
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
