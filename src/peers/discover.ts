import { type A2AErrorCode, isA2AError, settle } from "../errors";
import type { Workspace } from "../identity/workspaces";
import { quote } from "../text/format";
import { classifyRead, readJsonObject, responseFacts } from "../transport/request/classify-status";
import { type ErrorBody, parseErrorBody, statusLine } from "../transport/request/error-body";
import { requestPlatform } from "../transport/request/platform-request";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import { checkPeerId } from "../validation/peer-id";
import type { PeersContext, RequestMode } from "./context";
import { fetchPeerList } from "./list";
import { type PeerRecord, parsePeerRecord } from "./record";

/** Errors after which the workspace is no longer used as the source for the peer. */
const NO_ROUTE_CODES: ReadonlySet<A2AErrorCode> = new Set([
  "access_denied",
  "peer_not_found",
  "wrong_tenant",
]);

/** The platform's error for a peer without a URL. */
const NOT_AVAILABLE = "workspace not available";

/** States of a workspace that gets its messages; without a URL it fetches them. */
const ONLINE_STATES = new Set(["online", "degraded"]);

/** States of a workspace that do not end within a call, so that another attempt is of no use. */
const LASTING_STATES = new Set(["paused", "failed", "removed", "hibernated"]);

/**
 * Requests the record of one peer. The platform may send no more than id, url and name. It shows no peer without a URL,
 * which fetches its messages (poll mode): the record of one that is online comes from the peer list instead, unless
 * the request is made in the background.
 */
export async function discoverPeer(
  context: PeersContext,
  peerId: string,
  options?: CallOptions,
  { background = false, updateCache = true }: RequestMode = {},
): Promise<PeerRecord> {
  const id = checkPeerId(peerId, context.directory.suggestPeers);
  const { directory, cache, clock } = context;
  const startedAt = clock.now();
  let isPolling = false;
  const route = directory.getRoute(id);
  const stamp = cache.nextStamp();
  try {
    return await requestPlatform(context, {
      method: "GET",
      path: () => `/registry/discover/${id}`,
      options,
      background,
      priority: background ? "enrich" : "send",
      source: route,
      peerId: id,
      classify: (response, source) => {
        const result = classifyDiscovery(response, id, directory.label(id));
        isPolling = isOnlineWithoutUrl(response);
        if (result.ok) {
          directory.setName(id, result.value.name, stamp);
          if (updateCache) cache.merge(source, result.value, stamp);
        }
        return result;
      },
    });
  } catch (error) {
    const source = context.workspaces.named(options?.source) ?? route;
    if (isPolling && !background) {
      const listed = await findInList(context, id, source, options, clock.now() - startedAt);
      if (listed !== undefined) return listed;
    }
    if (source !== undefined && isA2AError(error) && NO_ROUTE_CODES.has(error.code)) {
      directory.deleteRoute(id, source);
    }
    throw error;
  }
}

/** The record of the peer in the list of the workspace, if the call has time left and the list contains it. */
async function findInList(
  context: PeersContext,
  id: string,
  source: Workspace | undefined,
  options: CallOptions | undefined,
  elapsedMs: number,
): Promise<PeerRecord | undefined> {
  const timeoutMs = (options?.timeoutMs ?? context.requestMs) - elapsedMs;
  if (timeoutMs <= 0) return undefined;
  const list = await settle(fetchPeerList(context, { ...options, source: source?.id, timeoutMs }));
  if (list.ok) return list.value.peers.find((peer) => peer.id === id);
  if (list.error.code === "closed") throw list.error;
  return undefined;
}

function isOnlineWithoutUrl(response: HttpResponse): boolean {
  if (response.status !== 503) return false;
  const { error, body } = parseErrorBody(response);
  return error === NOT_AVAILABLE && ONLINE_STATES.has(String(body.status));
}

function classifyDiscovery(response: HttpResponse, id: string, peer: string): Result<PeerRecord> {
  if (!isSuccess(response.status)) return fail(classifyRefusal(response, peer));
  const body = readJsonObject(response, `the question for ${peer}`);
  if (!body.ok) return body;
  const record = parsePeerRecord(body.value, id);
  if (record?.id === id) return ok(record);
  return fail({
    ...responseFacts(response),
    code: "bad_response",
    summary: `The platform answered the question for ${peer} with the record of another workspace`,
  });
}

function classifyRefusal(response: HttpResponse, peer: string): Failure {
  const errorBody = parseErrorBody(response);
  const general = classifyRead(response, `the question for ${peer}`);
  const line = statusLine(response, errorBody);
  if (general.code === "wrong_tenant") return general;
  switch (response.status) {
    case 403:
      return {
        ...general,
        code: "access_denied",
        summary: `This workspace may not see ${peer}, or there is no such workspace (${line})`,
        advice: "Choose a peer from the peer list.",
      };
    case 404:
      return {
        ...general,
        code: "peer_not_found",
        summary: `There is no workspace with the id of ${peer} (${line})`,
        advice: "List the peers again and use an id from that list.",
      };
    case 410:
      return {
        ...general,
        code: "workspace_removed",
        summary: `${peer} was removed from the platform (${line})`,
      };
    case 503:
      return { ...general, ...classifyUnavailable(errorBody, peer, line) };
    default:
      return general;
  }
}

/** What a 503 says about the peer; nothing when the platform itself is unavailable. */
function classifyUnavailable({ error, body }: ErrorBody, peer: string, line: string): Partial<Failure> {
  if (error === NOT_AVAILABLE && ONLINE_STATES.has(String(body.status))) {
    return {
      code: "peer_unavailable",
      summary: `${peer} has no URL (status ${quote(body.status)}), and the peer list does not show it`,
      advice: "A message may still reach it: peers without a URL fetch theirs.",
      retryable: false,
    };
  }
  if (error === NOT_AVAILABLE && body.status === "removed") {
    return {
      code: "workspace_removed",
      summary: `${peer} was removed from the platform (${line})`,
      advice: "List the peers again and use an id from that list.",
      retryable: false,
    };
  }
  if (error === NOT_AVAILABLE) {
    return {
      code: "peer_unavailable",
      summary: `${peer} is not online (status ${quote(body.status)})`,
      advice:
        "A message may still reach it: some peers fetch theirs. Otherwise try later or ask another peer.",
      retryable: !LASTING_STATES.has(String(body.status)),
    };
  }
  if (error === "workspace URL failed safety check") {
    return {
      code: "peer_unavailable",
      summary: `${peer} is registered with a URL the platform does not call (${line})`,
      advice: "Its operator has to register a reachable URL: ask another peer.",
      retryable: false,
    };
  }
  return {};
}
