import { isRecord, parseJson } from "../../text/json";
import { type HttpResponse, isSuccess } from "../response";

/**
 * The response with its last event that is a whole JSON-RPC response as its body, where an agent has answered with a
 * stream of events instead of one answer; any other response as it is.
 */
export function readEventStream(response: HttpResponse): HttpResponse {
  const type = response.header("content-type") ?? "";
  if (!isSuccess(response.status) || !/^\s*text\/event-stream\b/i.test(type)) return response;
  const last = eventsOf(response.text).findLast(isRpcResponse);
  return last === undefined ? response : { ...response, text: last };
}

/** The data of each event. The lines of one event are joined; the last event needs no blank line behind it. */
function eventsOf(stream: string): string[] {
  return stream.split(/(?:\r\n|\r|\n){2,}/).map((block) =>
    block
      .split(/\r\n|\r|\n/)
      .filter((line) => line.startsWith("data:"))
      .map((line) => line.slice(line.startsWith("data: ") ? 6 : 5))
      .join("\n"),
  );
}

function isRpcResponse(data: string): boolean {
  const parsed = parseJson(data);
  return parsed.ok && isRecord(parsed.value) && ("result" in parsed.value || "error" in parsed.value);
}
