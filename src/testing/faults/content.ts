import { gzipSync } from "node:zlib";
import type { FaultGroup, RequestFault } from "./fault";
import { CHUNKED, chunk, gzipOf, head, LARGE, mebibyte, REPLY } from "./payloads";
import { flood, raw, respond } from "./responses";

const LARGE_MIB = 200;
const JSON_TYPE = { "content-type": "application/json" };
const GZIP_LAYERS = ["gzip", "gzip", "gzip"];
const PLATFORM_LIMIT = 10 * 2 ** 20;

/** Well-formed responses that are too large, or whose body is not what a client expects. */
export const CONTENT_FAULTS = {
  huge: flood(
    head(`content-length: ${LARGE.lengthOf(LARGE_MIB)}`) + LARGE.start,
    mebibyte,
    LARGE_MIB,
    LARGE.end,
  ),
  "huge-chunked": flood(
    CHUNKED + chunk(LARGE.start),
    () => Buffer.from(chunk(mebibyte().toString())),
    Infinity,
  ),
  "huge-gzip": gzipped(() => gzipOf(LARGE_MIB)),
  "cut-gzip": gzipped(() => gzipSync(REPLY).subarray(0, 60)),
  "garbage-gzip": gzipped(() => Buffer.from(REPLY)),
  gzip: gzipped(() => gzipSync(REPLY)),
  "gzip-layers": gzipped(
    () => GZIP_LAYERS.reduce<Buffer>((body) => gzipSync(body), Buffer.from(REPLY)),
    GZIP_LAYERS,
  ),
  "unknown-encoding": respond(200, { ...JSON_TYPE, "content-encoding": "x-unknown" }, REPLY),
  "cut-at-10-mib": raw(() => {
    const body = Buffer.alloc(PLATFORM_LIMIT, "a");
    body.write(LARGE.start);
    return Buffer.concat([Buffer.from(head(`content-length: ${PLATFORM_LIMIT}`)), body]);
  }, "fin"),

  "garbage-json": json('{"jsonrpc":"2.0","result":'),
  "bare-text": json("done"),
  nan: json("NaN"),
  null: json("null"),
  empty: json(""),
  bom: json(`\ufeff${REPLY}`),
  "bad-utf8": respond(200, JSON_TYPE, withBadByte()),
  "deep-json": json("[".repeat(5000) + "]".repeat(5000)),
  "deeper-json": {
    at: "request",
    run: (response, context) => json("[".repeat(1_000_000) + "]".repeat(1_000_000)).run(response, context),
  },
  "proto-keys": json(
    REPLY.replace(
      '"result":{',
      '"result":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},',
    ),
  ),
  html: respond(200, { "content-type": "text/html" }, "<!doctype html><title>Sign in</title>"),
  "octet-stream": respond(200, { "content-type": "application/octet-stream" }, REPLY),
  "no-content-type": raw(`HTTP/1.1 200 OK\r\ncontent-length: ${REPLY.length}\r\n\r\n${REPLY}`, "fin"),
  "event-stream": respond(200, { "content-type": "text/event-stream" }, `data: ${REPLY}\n\n`),
} satisfies FaultGroup;

function json(text: string): RequestFault {
  return respond(200, JSON_TYPE, text);
}

/** The text of the reply is one byte that is not UTF-8. */
function withBadByte(): Buffer {
  const bytes = Buffer.from(REPLY.replace('"ok"', '"?"'));
  bytes[bytes.lastIndexOf("?")] = 0xff;
  return bytes;
}

function gzipped(body: () => Buffer, layers: readonly string[] = ["gzip"]): RequestFault {
  return {
    at: "request",
    run(response) {
      const bytes = body();
      const headers = {
        ...JSON_TYPE,
        "content-encoding": layers.join(", "),
        "content-length": bytes.length,
      };
      response.writeHead(200, headers).end(bytes);
    },
  };
}
