import { randomBytes } from "node:crypto";
import { validateHeaderName, validateHeaderValue } from "node:http";
import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import type { Fault, FaultAction, RequestFault } from "./fault";
import type { FaultKind } from "./kinds";
import {
  CHUNKED,
  COMPLETE,
  chunk,
  gzipOf,
  HALF_HEAD,
  head,
  LARGE,
  mebibyte,
  PART_OF_REPLY,
  REPLY,
  WITH_LENGTH,
} from "./payloads";
import { drip, flood, onSocket, raw, respond } from "./responses";

const LARGE_MIB = 200;
const JSON_TYPE = { "content-type": "application/json" };
const HTTP2_SETTINGS = "\0\0\0\x04\0\0\0\0\0";

/** The effect of each kind; {@link FaultKind} documents what a client sees. */
const FAULTS: Readonly<Record<FaultKind, FaultAction>> = {
  refuse: { at: "port" },
  "reset-on-accept": { at: "connection", run: (socket) => socket.resetAndDestroy() },
  "close-on-accept": { at: "connection", run: (socket) => socket.resume().end() },
  banner: { at: "connection", run: (socket) => socket.resume().write("SSH-2.0-OpenSSH_9.6\r\n") },

  "reset-head": { at: "head", run: (request) => request.socket.resetAndDestroy() },
  "reset-upload": onFirstBytes((socket) => socket.resetAndDestroy()),
  "close-upload": onFirstBytes((socket) => socket.destroy()),
  "stall-upload": { at: "head", run: (request) => request.socket.pause() },
  "early-413": {
    at: "head",
    run: ({ socket }) =>
      socket.end("HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
  },

  reset: onSocket((socket) => socket.resetAndDestroy()),
  close: raw("", "fin"),
  stall: raw("", "none"),

  "cut-head": raw(HALF_HEAD, "fin"),
  "cut-head-reset": raw(HALF_HEAD, "reset"),
  "stall-head": raw(HALF_HEAD, "none"),
  "drip-head": drip("HTTP/1.1 200 OK\r\nx-drip: ", "a"),

  cut: raw(WITH_LENGTH + PART_OF_REPLY, "fin"),
  "cut-reset": raw(WITH_LENGTH + PART_OF_REPLY, "reset"),
  "cut-chunked": raw(CHUNKED + chunk(PART_OF_REPLY), "fin"),
  "cut-chunked-reset": raw(CHUNKED + chunk(PART_OF_REPLY), "reset"),
  "cut-close-delimited": raw(head() + PART_OF_REPLY, "fin"),
  "bad-chunk": raw(`${CHUNKED}${chunk(PART_OF_REPLY)}zz\r\n`, "fin"),
  "stall-body": raw(WITH_LENGTH + PART_OF_REPLY, "none"),
  drip: drip(head() + LARGE.start, "a"),
  "extra-bytes": raw(`${COMPLETE}and more`, "fin"),

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

  // No HTTP response begins with a zero byte, so the rest may be random.
  garbage: raw(() => Buffer.concat([Buffer.alloc(1), randomBytes(63)]), "fin"),
  "garbage-json": respond(200, JSON_TYPE, '{"jsonrpc":"2.0","result":'),
  empty: respond(200, JSON_TYPE, ""),
  html: respond(200, { "content-type": "text/html" }, "<!doctype html><title>Sign in</title>"),
  redirect: respond(302, { location: "http://elsewhere.invalid/" }, undefined),

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
};

/** Runs `action` with the first bytes of the body, or at the end of a request without a body. */
function onFirstBytes(action: (socket: Socket) => void): RequestFault {
  return {
    at: "head",
    run(request) {
      request.on("error", () => undefined);
      request.once("data", () => action(request.socket)).once("end", () => action(request.socket));
    },
  };
}

function manyHeaders(): string {
  return head(...Array.from({ length: 100_000 }, (_, index) => `x-${index}: a`)) + REPLY;
}

function gzipped(body: () => Buffer): RequestFault {
  return {
    at: "request",
    run(response) {
      const bytes = body();
      const headers = { ...JSON_TYPE, "content-encoding": "gzip", "content-length": bytes.length };
      response.writeHead(200, headers).end(bytes);
    },
  };
}

/** The effect of a fault. Throws for an unknown kind and for an invalid response. */
export function toFaultAction(fault: Fault): FaultAction {
  if ("kind" in fault) {
    if (!Object.hasOwn(FAULTS, fault.kind)) {
      throw new Error(`Unknown fault kind \`${fault.kind}\`, known are ${Object.keys(FAULTS).join(", ")}`);
    }
    return FAULTS[fault.kind];
  }
  const { status, headers = {}, body } = fault;
  if (!Number.isInteger(status) || status < 200 || status > 999) {
    throw new Error(`Expected the \`status\` of a fault to be from 200 to 999, got \`${status}\``);
  }
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return respond(status, headers, body);
}
