import { builtin } from "../../runtime/builtins";
import { TransportFailure } from "../failure";

/**
 * Undoes a `content-encoding` that nobody asked for but some edges apply. One layer and `maxBytes` decoded bytes:
 * 200 kB of gzip can hold 200 MB. An encoding that is not known leaves the body as it came.
 */
export async function decodeBody(
  encoding: string,
  body: Buffer,
  maxBytes: number,
  status: number,
): Promise<Buffer> {
  const failure = (kind: "encoding" | "too_large", message: string) =>
    new TransportFailure(kind, "answered", message, status);
  const decoder = decoderFor(encoding.trim().toLowerCase());
  if (decoder === undefined) {
    if (encoding.includes(",")) {
      throw failure("encoding", "the answer has several content encodings");
    }
    return body;
  }
  return new Promise((resolve, reject) => {
    decoder(body, { maxOutputLength: maxBytes }, (error, plain) => {
      if (error === null) return resolve(plain);
      const tooLarge = error.code === "ERR_BUFFER_TOO_LARGE";
      reject(
        tooLarge
          ? failure("too_large", `the answer is larger than ${maxBytes} bytes`)
          : failure("encoding", `the answer's ${oneWord(encoding)} encoding is broken`),
      );
    });
  });
}

// The other side chooses the name, so it is never looked up in an object.
function decoderFor(name: string): Decoder | undefined {
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
  callback: (error: NodeJS.ErrnoException | null, plain: Buffer) => void,
) => void;

const oneWord = (text: string): string => text.trim().slice(0, 20);
