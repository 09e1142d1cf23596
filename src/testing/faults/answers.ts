import { gzipSync } from "node:zlib";

/** A whole reply, for the faults that spoil the way rather than the content. */
export const REPLY = JSON.stringify({
  jsonrpc: "2.0",
  id: null,
  result: {
    kind: "message",
    role: "agent",
    messageId: "00000000-0000-4000-8000-000000000000",
    parts: [{ kind: "text", text: "ok" }],
  },
});

export const PART_OF_REPLY = REPLY.slice(0, 20);

/** The head of a 200. It does not announce the end of the connection: clients forgive a cut that was announced. */
export function head(...headers: string[]): string {
  return ["HTTP/1.1 200 OK", "content-type: application/json", ...headers, "", ""].join("\r\n");
}

export const WITH_LENGTH = head(`content-length: ${REPLY.length}`);
/** A whole answer, the last one on its connection. */
export const WHOLE = head(`content-length: ${REPLY.length}`, "connection: close") + REPLY;
export const CHUNKED = head("transfer-encoding: chunked");
export const HALF_A_HEAD = WITH_LENGTH.slice(0, 30);

export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

const MEBIBYTE = 2 ** 20;
export const mebibyte = (): Buffer => Buffer.alloc(MEBIBYTE, "a");
const TEXT_OPENS = '{"jsonrpc":"2.0","id":null,"result":"';
const TEXT_CLOSES = '"}';

/** The ends of a large JSON text; between them are mebibytes of the letter a. */
export const LARGE = {
  opens: TEXT_OPENS,
  closes: TEXT_CLOSES,
  lengthOf: (mebibytes: number) => TEXT_OPENS.length + mebibytes * MEBIBYTE + TEXT_CLOSES.length,
};

/** Gzip members may follow one another, so the one that costs time to make is made once. */
export function gzipOf(mebibytes: number): Buffer {
  const middle = gzipSync(mebibyte());
  return Buffer.concat([
    gzipSync(TEXT_OPENS),
    ...Array.from({ length: mebibytes }, () => middle),
    gzipSync(TEXT_CLOSES),
  ]);
}
