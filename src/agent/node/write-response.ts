import { unexpectedError } from "../rpc/errors";
import { errorResponse } from "../rpc/response";

/** A response as `node:http` and Express hand it over, or the reply of Fastify, which has that as `raw`. */
export type NodeResponse = object;

/** What is used of the response of `node:http`. */
interface RawResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
}

/** Writes the response that `answer` resolves to, or an error where it rejects. Never rejects. */
export async function writeResponse(response: NodeResponse, answer: () => Promise<Response>): Promise<void> {
  let raw: RawResponse | undefined;
  try {
    raw = takeOver(response);
    await write(raw, await answer());
  } catch {
    // The connection is gone, or the host has made no request of it.
    const unexpected = errorResponse({ id: null, version: "0.3" }, unexpectedError());
    if (raw !== undefined) await write(raw, unexpected).catch(() => {});
  }
}

/** The response of Node. Fastify is told that it is written here. */
function takeOver(response: NodeResponse): RawResponse {
  const { raw, hijack } = response as { raw?: RawResponse; hijack?: () => void };
  if (raw === undefined || typeof hijack !== "function") return response as unknown as RawResponse;
  hijack.call(response);
  return raw;
}

async function write(raw: RawResponse, response: Response): Promise<void> {
  const text = await response.text();
  raw.statusCode = response.status;
  response.headers.forEach((value, name) => void raw.setHeader(name, value));
  // The rest of the body is not read, so nothing else can follow on this connection.
  if (response.status === 413) raw.setHeader("connection", "close");
  raw.end(text);
}
