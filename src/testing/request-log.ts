import type { IncomingMessage } from "node:http";
import type { Clock } from "../runtime/clock";
import { parseJson } from "./json";

/** A request that arrived completely, whatever the response was. */
export interface RecordedRequest {
  /** Upper case. */
  method: string;
  /** As on the request line, with the query. */
  path: string;
  /** Names in lower case; repeated headers joined with `", "`. */
  headers: Record<string, string>;
  /** The parsed JSON; the text when it is not JSON; undefined for an empty body. */
  body: unknown;
  /** Time of the platform's clock at which the last byte arrived, in milliseconds. */
  receivedAt: number;
}

export function toRecordedRequest(request: IncomingMessage, body: Buffer, clock: Clock): RecordedRequest {
  const text = body.toString();
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: joinHeaders(request.headersDistinct),
    body: text === "" ? undefined : (parseJson(text) ?? text),
    receivedAt: clock.now(),
  };
}

function joinHeaders(headers: NodeJS.Dict<string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values?.join(", ") ?? ""]),
  );
}
