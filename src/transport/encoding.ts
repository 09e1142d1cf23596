import { builtin } from "../runtime";
import { TransportFailure } from "./failure";

/**
 * Undoes a `content-encoding` that nobody asked for but some edges apply. One layer and `maxBytes` decoded bytes:
 * 200 kB of gzip can hold 200 MB. An encoding that is not known leaves the body as it came.
 */
export async function decode(encoding: string, body: Buffer, maxBytes: number): Promise<Buffer> {
  const zlib = builtin("node:zlib");
  const decoders: Record<string, Decoder | undefined> = {
    gzip: zlib?.gunzip,
    "x-gzip": zlib?.gunzip,
    deflate: zlib?.inflate,
    br: zlib?.brotliDecompress,
  };
  const decoder = decoders[encoding.trim().toLowerCase()];
  if (decoder === undefined) {
    if (encoding.includes(",")) {
      throw new TransportFailure("encoding", "answered", "the answer has several content encodings");
    }
    return body;
  }
  return new Promise((resolve, reject) => {
    decoder(body, { maxOutputLength: maxBytes }, (error, plain) => {
      if (error === null) return resolve(plain);
      const tooLarge = error.code === "ERR_BUFFER_TOO_LARGE";
      reject(
        tooLarge
          ? new TransportFailure("too_large", "answered", `the answer is larger than ${maxBytes} bytes`)
          : new TransportFailure(
              "encoding",
              "answered",
              `the answer's ${oneWord(encoding)} encoding is broken`,
            ),
      );
    });
  });
}

type Decoder = (
  body: Buffer,
  options: { maxOutputLength: number },
  callback: (error: NodeJS.ErrnoException | null, plain: Buffer) => void,
) => void;

const oneWord = (text: string): string => text.trim().slice(0, 20);
