import type { IncomingMessage } from "node:http";
import { tooLargeFailure } from "../failure";
import type { HttpResponse } from "../response";
import { decodeBody } from "./encoding";

export const getStatus = (incoming: IncomingMessage): number => incoming.statusCode ?? 0;

export function toHttpResponse(incoming: IncomingMessage, text: string): HttpResponse {
  return {
    status: getStatus(incoming),
    text,
    header: (name) => {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
  };
}

/** Called once at most with the text of a body, or with each error on the way to it. */
export interface BodyListener {
  onText(text: string): void;
  onError(error: unknown): void;
}

/** The body of a response while it arrives. */
export interface BodyReader {
  /** The text so far; empty for an encoded body, which cannot be read in part. */
  partialText(): string;
}

/** Reads the body, decodes it and passes it on as text. An error when it has more than `maxBytes` decoded bytes. */
export function readBody(incoming: IncomingMessage, maxBytes: number, listener: BodyListener): BodyReader {
  const { onText, onError } = listener;
  const encoding = incoming.headers["content-encoding"];
  const chunks = collectBytes(incoming, maxBytes, onError, (body) => {
    // Passed on at once when there is nothing to decode, as in most responses.
    if (encoding === undefined) return onText(body.toString("utf8"));
    decodeBody(encoding, body, maxBytes, getStatus(incoming)).then(
      (decoded) => onText(decoded.toString("utf8")),
      onError,
    );
  });
  return { partialText: () => (encoding === undefined ? Buffer.concat(chunks).toString("utf8") : "") };
}

/** `req` is the request of a response that is read by a client; the types of Node leave it out. */
const isHead = (incoming: IncomingMessage & { req?: { method?: string } }): boolean =>
  incoming.req?.method === "HEAD";

function collectBytes(
  incoming: IncomingMessage,
  maxBytes: number,
  onError: (error: unknown) => void,
  onEnd: (body: Buffer) => void,
): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let size = 0;
  const tooLarge = () => onError(tooLargeFailure(maxBytes, getStatus(incoming)));
  // The answer to HEAD has the length of a body that does not come.
  const announced = isHead(incoming) ? 0 : Number(incoming.headers["content-length"] ?? 0);
  if (announced > maxBytes) {
    tooLarge();
    return chunks;
  }
  incoming.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) tooLarge();
    else chunks.push(chunk);
  });
  incoming.on("end", () => onEnd(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
  incoming.on("error", onError);
  return chunks;
}
