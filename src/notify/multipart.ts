import { newId } from "../runtime/ids";
import type { EncodedBody } from "../transport/request/execute-request";
import type { FileContent } from "./read-files";

const CRLF = "\r\n";

/** Encodes files as a form whose fields are all called `files`. */
export function encodeFiles(files: readonly FileContent[]): EncodedBody {
  const boundary = `a2a-peers-${newId()}`;
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  for (const { name, mimeType, bytes } of files) {
    const head = [
      `--${boundary}`,
      `content-disposition: form-data; name="files"; filename="${escapeName(name)}"`,
      ...(mimeType === undefined ? [] : [`content-type: ${mimeType}`]),
      CRLF,
    ];
    chunks.push(encoder.encode(head.join(CRLF)), bytes, encoder.encode(CRLF));
  }
  chunks.push(encoder.encode(`--${boundary}--${CRLF}`));
  return { type: `multipart/form-data; boundary=${boundary}`, data: concatenate(chunks) };
}

/** As browsers write a file name: what would end it is percent-encoded. */
const escapeName = (name: string): string =>
  name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((size, { length }) => size + length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
