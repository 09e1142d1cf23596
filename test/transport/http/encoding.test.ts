import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeBody } from "../../../src/transport/http/encoding";
import { rejectionOf } from "../../helpers/sockets-client";

const PLAIN = Buffer.from('{"text":"häppy"}');
const KIB = 1024;

it.each([
  ["gzip", gzipSync(PLAIN)],
  ["x-gzip", gzipSync(PLAIN)],
  [" GZip ", gzipSync(PLAIN)],
  ["deflate", deflateSync(PLAIN)],
  ["deflate", deflateRawSync(PLAIN)],
  ["br", brotliCompressSync(PLAIN)],
  ["gzip, identity", gzipSync(PLAIN)],
  ["identity,gzip", gzipSync(PLAIN)],
  ["gzip, gzip", gzipSync(gzipSync(PLAIN))],
  ["br, gzip", gzipSync(brotliCompressSync(PLAIN))],
  ["deflate, br", brotliCompressSync(deflateRawSync(PLAIN))],
  [",", PLAIN],
  ["identity", PLAIN],
  ["made-up", PLAIN],
])("decodes %j", async (encoding, body) => {
  expect(await decodeBody(encoding, body, KIB, 200)).toEqual(PLAIN);
});

it.each([
  { name: "bytes that are no gzip", encoding: "gzip", body: PLAIN, kind: "encoding" },
  { name: "cut gzip", encoding: "gzip", body: gzipSync(PLAIN).subarray(0, 20), kind: "encoding" },
  { name: "cut brotli", encoding: "br", body: brotliCompressSync(PLAIN).subarray(0, 8), kind: "encoding" },
  { name: "no bytes", encoding: "gzip", body: Buffer.alloc(0), kind: "encoding" },
  {
    name: "the wrong order",
    encoding: "gzip, br",
    body: gzipSync(brotliCompressSync(PLAIN)),
    kind: "encoding",
  },
  { name: "an unknown one among others", encoding: "zstd, gzip", body: gzipSync(PLAIN), kind: "encoding" },
  { name: "more than four", encoding: "gzip,gzip,gzip,gzip,gzip", body: PLAIN, kind: "encoding" },
  { name: "bytes that are no deflate of any kind", encoding: "deflate", body: PLAIN, kind: "encoding" },
  {
    name: "a bomb in a bomb",
    encoding: "gzip, gzip",
    body: gzipSync(gzipSync(Buffer.alloc(2 * KIB))),
    kind: "too_large",
  },
  { name: "a gzip bomb", encoding: "gzip", body: gzipSync(Buffer.alloc(2 * KIB)), kind: "too_large" },
  {
    name: "a deflate bomb",
    encoding: "deflate",
    body: deflateSync(Buffer.alloc(2 * KIB)),
    kind: "too_large",
  },
  {
    name: "a brotli bomb",
    encoding: "br",
    body: brotliCompressSync(Buffer.alloc(2 * KIB)),
    kind: "too_large",
  },
])("rejects $name", async ({ encoding, body, kind }) => {
  expect(await rejectionOf(decodeBody(encoding, body, KIB, 200))).toMatchObject({ kind, phase: "answered" });
});

describe("the limit", () => {
  it("applies to decoded bytes, exactly", async () => {
    const body = gzipSync(Buffer.alloc(KIB, "a"));
    expect(await decodeBody("gzip", body, KIB, 200)).toHaveLength(KIB);
    expect(await rejectionOf(decodeBody("gzip", body, KIB - 1, 200))).toMatchObject({ kind: "too_large" });
  });
});
