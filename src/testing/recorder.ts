import type { IncomingMessage } from "node:http";
import type { Clock } from "../runtime/clock";
import { parseJson } from "./json";

/** A request that arrived completely, whatever was answered. */
export interface RecordedRequest {
  /** Upper case. */
  method: string;
  /** As on the request line, with the query. */
  path: string;
  /** Names in lower case; repeated headers joined with `", "`. */
  headers: Record<string, string>;
  /** The parsed JSON; the text when it is not JSON; undefined when there was none. */
  body: unknown;
  /** Time of the platform's clock at which the last byte arrived, in milliseconds. */
  receivedAt: number;
}

export function recordOf(request: IncomingMessage, body: Buffer, clock: Clock): RecordedRequest {
  const text = body.toString();
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: joined(request.headersDistinct),
    body: text === "" ? undefined : (parseJson(text) ?? text),
    receivedAt: clock.now(),
  };
}

function joined(headers: NodeJS.Dict<string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values?.join(", ") ?? ""]),
  );
}
