import { quote } from "../text/format";
import { classifyStatus, readJsonObject, withoutTask } from "../transport/request/classify-status";
import { parseErrorBody, statusLine } from "../transport/request/error-body";
import { requestPlatform } from "../transport/request/platform-request";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import { requirePeerId } from "../validation/peer-id";
import type { PeersContext } from "./context";
import { type PeerRecord, readPeerRecord } from "./record";

/** A workspace in one of these states does not come back within a call. */
const SETTLED_DOWN = new Set(["paused", "failed", "removed", "hibernated"]);

/** Asks the platform for one peer. It may answer no more than id, url and name. */
export async function discoverPeer(
  context: PeersContext,
  peerId: string,
  options?: CallOptions,
  background = false,
): Promise<PeerRecord> {
  const id = requirePeerId(peerId);
  const { directory, cache: memory } = context;
  return requestPlatform(context, {
    method: "GET",
    path: () => `/registry/discover/${id}`,
    options,
    background,
    source: directory.routeTo(id),
    peerId: id,
    classify: (answer, source) => {
      const verdict = judgeDiscovery(answer, id, directory.label(id));
      if (verdict.ok) {
        directory.learnName(id, verdict.value.name);
        // The enricher decides itself what becomes of an answer it asked for.
        if (!background) memory.merge(source, verdict.value);
      } else if (answer.status === 403 || answer.status === 404) {
        directory.dropRoute(id, source);
      }
      return verdict;
    },
  });
}

function judgeDiscovery(answer: HttpResponse, id: string, peer: string): Result<PeerRecord> {
  if (!isSuccess(answer.status)) return fail(judgeRefusal(answer, peer));
  const read = readJsonObject(answer, `the question for ${peer}`);
  if (!read.ok) return read;
  const record = readPeerRecord(read.value, id);
  if (record?.id === id) return ok(record);
  return fail({
    ...withoutTask(answer),
    code: "bad_response",
    summary: `The platform answered the question for ${peer} with the record of another workspace`,
  });
}

function judgeRefusal(answer: HttpResponse, peer: string): Failure {
  const said = parseErrorBody(answer);
  const general = classifyStatus(answer, `the question for ${peer}`);
  const line = statusLine(answer, said);
  if (general.code === "wrong_tenant") return general;
  switch (answer.status) {
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
    case 503: {
      const { status } = said.body;
      if (said.error === "workspace not available") {
        return {
          ...general,
          code: "peer_unavailable",
          summary: `${peer} is not online (status ${quote(status)})`,
          advice:
            "A message may still reach it: some peers fetch theirs. Otherwise try later or ask another peer.",
          retryable: !SETTLED_DOWN.has(String(status)),
        };
      }
      if (said.error === "workspace URL failed safety check") {
        return {
          ...general,
          code: "peer_unavailable",
          summary: `${peer} is registered with a URL the platform does not call (${line})`,
          advice: "Its operator has to register a reachable URL: ask another peer.",
          retryable: false,
        };
      }
      return general;
    }
    default:
      return general;
  }
}
