import { randomBytes } from "node:crypto";
import type { FaultGroup } from "./fault";
import { COMPLETE, chunk, head, REPLY, WITH_LENGTH } from "./payloads";
import { flood, raw } from "./responses";

const HTTP2_SETTINGS = "\0\0\0\x04\0\0\0\0\0";

/** Responses that are not HTTP, or not as a client expects it. */
export const PROTOCOL_FAULTS = {
  // No HTTP response begins with a zero byte, so the rest may be random.
  garbage: raw(() => Buffer.concat([Buffer.alloc(1), randomBytes(63)]), "fin"),
  http2: raw(HTTP2_SETTINGS, "fin"),
  http09: raw(REPLY, "fin"),
  "dup-length": raw(head(`content-length: ${REPLY.length}`, "content-length: 7") + REPLY, "fin"),
  "length-and-chunked": raw(
    `${head(`content-length: ${REPLY.length}`, "transfer-encoding: chunked")}${chunk(REPLY)}0\r\n\r\n`,
    "fin",
  ),
  "big-header": raw(head(`content-length: ${REPLY.length}`, `x-big: ${"a".repeat(20_000)}`) + REPLY, "fin"),
  "many-headers": raw(manyHeaders, "fin"),
  "bad-header": raw(head(`content-length: ${REPLY.length}`, "x-bad: a\0b") + REPLY, "fin"),
  "lf-only": raw(WITH_LENGTH.replaceAll("\r", "") + REPLY, "fin"),
  "unasked-101": raw(
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: other\r\nconnection: upgrade\r\n\r\n",
    "fin",
  ),
  continue: raw(`HTTP/1.1 100 Continue\r\n\r\n${COMPLETE}`, "fin"),
  "continue-flood": flood("", () => Buffer.from("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000)), Infinity),
  "early-hints": raw(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${COMPLETE}`, "fin"),
} satisfies FaultGroup;

function manyHeaders(): string {
  return head(...Array.from({ length: 100_000 }, (_, index) => `x-${index}: a`)) + REPLY;
}
