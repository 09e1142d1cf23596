import { gzipSync } from "node:zlib";

/** A valid JSON-RPC response, for faults of the transport. */
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

/** The head of a 200, without `connection: close`: with it clients may accept a truncated body. */
export function head(...headers: string[]): string {
  return ["HTTP/1.1 200 OK", "content-type: application/json", ...headers, "", ""].join("\r\n");
}

export const WITH_LENGTH = head(`content-length: ${REPLY.length}`);
/** A complete response, the last one on its connection. */
export const COMPLETE = head(`content-length: ${REPLY.length}`, "connection: close") + REPLY;
export const CHUNKED = head("transfer-encoding: chunked");
export const HALF_HEAD = WITH_LENGTH.slice(0, 30);

export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

const MEBIBYTE = 2 ** 20;
export const mebibyte = (): Buffer => Buffer.alloc(MEBIBYTE, "a");
const LARGE_START = '{"jsonrpc":"2.0","id":null,"result":"';
const LARGE_END = '"}';

/** Start and end of a large JSON text; between them are mebibytes of the letter a. */
export const LARGE = {
  start: LARGE_START,
  end: LARGE_END,
  lengthOf: (mebibytes: number) => LARGE_START.length + mebibytes * MEBIBYTE + LARGE_END.length,
};

/** Gzip members may be concatenated, so one mebibyte is compressed once. */
export function gzipOf(mebibytes: number): Buffer {
  const middle = gzipSync(mebibyte());
  return Buffer.concat([
    gzipSync(LARGE_START),
    ...Array.from({ length: mebibytes }, () => middle),
    gzipSync(LARGE_END),
  ]);
}
