import { builtin } from "../../runtime/builtins";
import { TransportFailure, tooLargeFailure } from "../failure";

/** More than any proxy applies. */
const MAX_ENCODINGS = 4;

/**
 * Decodes a body whose `content-encoding` was not requested, as some proxies apply one, or several in turn. At most
 * `maxBytes` decoded bytes after each: 200 kB of gzip can expand to 200 MB. A body of an unknown encoding is returned
 * unchanged. Rejects with a TransportFailure (`encoding`, `too_large`).
 */
export async function decodeBody(
  encoding: string,
  body: Buffer,
  maxBytes: number,
  status: number,
): Promise<Buffer> {
  const names = encoding
    .split(",", MAX_ENCODINGS + 1)
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  const encodingFailure = (message: string) => new TransportFailure("encoding", "answered", message, status);
  if (names.length > MAX_ENCODINGS) throw encodingFailure("the answer has too many content encodings");
  let decoded = body;
  // The last one was applied last.
  for (const name of names.reverse()) {
    const decoders = findDecoders(name);
    if (decoders.length === 0) {
      if (names.length === 1) return body;
      throw encodingFailure(`the answer has a content encoding that is unknown (${name.slice(0, 20)})`);
    }
    const result = await decodeWithAny(decoders, decoded, maxBytes);
    if (result === "too_large") throw tooLargeFailure(maxBytes, status);
    if (result === "broken") throw encodingFailure(`the answer's ${name} encoding is broken`);
    decoded = result;
  }
  return decoded;
}

/** What the first decoder makes of the body that can read it. */
async function decodeWithAny(
  decoders: readonly Decoder[],
  body: Buffer,
  maxOutputLength: number,
): Promise<Buffer | "too_large" | "broken"> {
  for (const decoder of decoders) {
    const result = await new Promise<Buffer | "too_large" | "broken">((resolve) => {
      decoder(body, { maxOutputLength }, (error, decoded) => {
        if (error === null) resolve(decoded);
        else resolve(error.code === "ERR_BUFFER_TOO_LARGE" ? "too_large" : "broken");
      });
    });
    if (result !== "broken") return result;
  }
  return "broken";
}

// A switch and not an object: the server chooses the name, which may be one of Object.prototype.
function findDecoders(name: string): readonly Decoder[] {
  const zlib = builtin("node:zlib");
  if (zlib === undefined) return [];
  switch (name) {
    case "gzip":
    case "x-gzip":
      return [zlib.gunzip];
    case "deflate":
      // Some servers leave the header of zlib out.
      return [zlib.inflate, zlib.inflateRaw];
    case "br":
      return [zlib.brotliDecompress];
    default:
      return [];
  }
}

type Decoder = (
  body: Buffer,
  options: { maxOutputLength: number },
  callback: (error: NodeJS.ErrnoException | null, decoded: Buffer) => void,
) => void;
