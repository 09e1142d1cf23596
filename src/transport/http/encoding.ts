import { builtin } from "../../runtime/builtins";
import { TransportFailure, tooLargeFailure } from "../failure";

/**
 * Decodes a body whose `content-encoding` was not requested, as some proxies apply one. One encoding and at most
 * `maxBytes` decoded bytes: 200 kB of gzip can expand to 200 MB. A body of an unknown encoding is returned unchanged.
 * Rejects with a TransportFailure (`encoding`, `too_large`).
 */
export async function decodeBody(
  encoding: string,
  body: Buffer,
  maxBytes: number,
  status: number,
): Promise<Buffer> {
  const encodingFailure = (message: string) => new TransportFailure("encoding", "answered", message, status);
  const decoder = findDecoder(encoding.trim().toLowerCase());
  if (decoder === undefined) {
    if (encoding.includes(",")) throw encodingFailure("the answer has several content encodings");
    return body;
  }
  return new Promise((resolve, reject) => {
    decoder(body, { maxOutputLength: maxBytes }, (error, decoded) => {
      if (error === null) resolve(decoded);
      else if (error.code === "ERR_BUFFER_TOO_LARGE") reject(tooLargeFailure(maxBytes, status));
      else reject(encodingFailure(`the answer's ${encoding.trim().slice(0, 20)} encoding is broken`));
    });
  });
}

// A switch and not an object: the server chooses the name, which may be one of Object.prototype.
function findDecoder(name: string): Decoder | undefined {
  const zlib = builtin("node:zlib");
  switch (name) {
    case "gzip":
    case "x-gzip":
      return zlib?.gunzip;
    case "deflate":
      return zlib?.inflate;
    case "br":
      return zlib?.brotliDecompress;
    default:
      return undefined;
  }
}

type Decoder = (
  body: Buffer,
  options: { maxOutputLength: number },
  callback: (error: NodeJS.ErrnoException | null, decoded: Buffer) => void,
) => void;
