import { gzipSync } from "node:zlib";
import type { A2AErrorCode, Delivery } from "a2a-peers";
import {
  answerBytes,
  content,
  kind,
  LAYERS,
  layered,
  type MakeSite,
  nowhere,
  OK,
  platformWith,
  raw,
  rawAnswer,
  redirect,
} from "./sockets-faults";

/** What a send comes to. */
export type Expected =
  | { readonly text: string }
  | {
      readonly code: A2AErrorCode;
      readonly delivery: Delivery;
      /** Repeated in at-least-once mode. At-most-once repeats it only while it surely was not sent. */
      readonly again: boolean;
      /** The server got the whole request, each time. */
      readonly held: boolean;
    };

export interface FaultRow {
  readonly fault: string;
  readonly site: MakeSite;
  /** The message is too large for the buffers between client and server. */
  readonly large?: boolean;
  /** One attempt may take this long: short where silence is the fault. */
  readonly limitMs?: number;
  /** Several where it depends on how fast the kernels are, or on the version of Node. */
  readonly expected: Expected | readonly Expected[];
  /** What comes of it over the built-in fetch, where that differs. */
  readonly overFetch?: Expected | readonly Expected[];
}

const SILENCE_MS = 80;
const CRLF = "\r\n";
const JSON_HEADERS = ["content-type: application/json"];

const text = (value: string): Expected => ({ text: value });
const lost = (code: A2AErrorCode, delivery: Delivery, again: boolean, held: boolean): Expected => ({
  code,
  delivery,
  again,
  held,
});

const NEVER_LEFT = lost("network", "not-sent", true, false);
const NO_TRUST = lost("network", "not-sent", false, false);
/** It may have arrived, as far as a client can tell, and has not. */
const HALF_SENT = lost("network", "maybe", true, false);
const SENT = lost("network", "maybe", true, true);
const SENT_FOR_GOOD = lost("network", "maybe", false, true);
/** The platform has it: running, not lost. */
const SILENT = lost("timeout", "maybe", false, true);
const REPLY_LOST = lost("reply_lost", "confirmed", false, true);
const REPLY_STALLED = lost("timeout", "confirmed", false, true);
const TOO_LARGE = lost("too_large", "confirmed", false, true);
const UNREADABLE = lost("bad_response", "confirmed", false, true);
/** A redirect or a web page: nothing is known of the peer. */
const NOT_THE_PLATFORM = lost("bad_response", "maybe", false, true);

const DEEP = "[".repeat(300) + "]".repeat(300);

// biome-ignore format: a table reads best in rows
export const FAULT_ROWS: readonly FaultRow[] = [
  // Before a connection stands.
  { fault: "refused port", site: nowhere((port) => `http://127.0.0.1:${port}`), expected: NEVER_LEFT },
  { fault: "refused by a platform that is down", site: kind("refuse"), expected: NEVER_LEFT },
  { fault: "unknown host name", site: nowhere((port) => `http://peer.fault.invalid:${port}`), expected: NEVER_LEFT },
  { fault: "listener on ::1, dialled on 127.0.0.1", site: raw({}, { host: "::1", urlOf: (port) => `http://127.0.0.1:${port}` }), expected: NEVER_LEFT },
  { fault: "certificate nobody trusts", site: raw({}, { tls: true }), expected: NO_TRUST },
  { fault: "plain HTTP behind an https URL", site: raw({ onConnection: (socket) => socket.once("data", () => socket.end(answerBytes("no"))) }, { urlOf: (port) => `https://127.0.0.1:${port}` }), expected: NO_TRUST },
  { fault: "reset in the TLS handshake", site: raw({ onConnection: (socket) => socket.once("data", () => socket.resetAndDestroy()) }, { urlOf: (port) => `https://127.0.0.1:${port}` }), expected: NEVER_LEFT, overFetch: HALF_SENT },
  { fault: "silence in the TLS handshake", limitMs: SILENCE_MS, site: raw({}, { urlOf: (port) => `https://127.0.0.1:${port}` }), expected: lost("timeout", "not-sent", true, false), overFetch: lost("timeout", "maybe", false, false) },
  { fault: "TLS port dialled with http", site: raw({}, { tls: true, urlOf: (port) => `http://127.0.0.1:${port}` }), expected: HALF_SENT },
  { fault: "reset on accept", site: kind("reset-on-accept"), expected: [NEVER_LEFT, HALF_SENT] },
  { fault: "close on accept", limitMs: 200, site: kind("close-on-accept"), expected: HALF_SENT, overFetch: [HALF_SENT, lost("timeout", "maybe", false, false)] },
  { fault: "SSH banner", site: kind("banner"), expected: HALF_SENT },

  // While the request is on its way.
  { fault: "reset at the head", site: kind("reset-head"), expected: HALF_SENT },
  { fault: "reset mid upload", large: true, site: kind("reset-upload"), expected: HALF_SENT },
  { fault: "close mid upload", large: true, site: kind("close-upload"), expected: HALF_SENT },
  { fault: "stalled upload", large: true, limitMs: SILENCE_MS, site: kind("stall-upload"), expected: lost("timeout", "maybe", true, false), overFetch: lost("timeout", "maybe", false, false) },
  { fault: "413 while uploading", large: true, site: kind("early-413"), expected: lost("too_large", "not-sent", false, false) },
  { fault: "401 before the body is read", large: true, site: raw({ onHead: (socket) => socket.write(answerBytes('{"error":"admin auth required"}', ["connection: close"], "401 Unauthorized")) }), expected: lost("unauthorized", "not-sent", false, false) },

  // The request is there, an answer is not.
  { fault: "reset after the request", site: kind("reset"), expected: SENT },
  { fault: "close after the request", site: kind("close"), expected: SENT },
  { fault: "stall before the head", limitMs: SILENCE_MS, site: kind("stall"), expected: SILENT },

  // A broken head.
  { fault: "half a status line", site: rawAnswer("HTTP/1.1 20"), expected: SENT },
  { fault: "cut head", site: kind("cut-head"), expected: SENT },
  { fault: "reset in the head", site: kind("cut-head-reset"), expected: SENT },
  { fault: "stalled head", limitMs: SILENCE_MS, site: kind("stall-head"), expected: SILENT },
  { fault: "dripping head", limitMs: SILENCE_MS, site: kind("drip-head"), expected: SILENT },

  // A broken body.
  { fault: "cut body with a length", site: kind("cut"), expected: REPLY_LOST },
  { fault: "reset body with a length", site: kind("cut-reset"), expected: REPLY_LOST },
  { fault: "cut chunked body", site: kind("cut-chunked"), expected: REPLY_LOST },
  { fault: "reset chunked body", site: kind("cut-chunked-reset"), expected: REPLY_LOST },
  { fault: "chunk size that is no number", site: kind("bad-chunk"), expected: REPLY_LOST },
  { fault: "body without a length, cut in mid JSON", site: kind("cut-close-delimited"), expected: UNREADABLE },
  { fault: "stalled body", limitMs: SILENCE_MS, site: kind("stall-body"), expected: REPLY_STALLED },
  { fault: "dripping body", limitMs: SILENCE_MS, site: kind("drip"), expected: REPLY_STALLED },

  // Not HTTP, or not as it should be.
  { fault: "garbage", site: kind("garbage"), expected: SENT },
  { fault: "HTTP/0.9", site: kind("http09"), expected: SENT },
  { fault: "HTTP/2 preface", site: kind("http2"), expected: SENT },
  { fault: "two different lengths", site: kind("dup-length"), expected: SENT },
  { fault: "length and chunked coding", site: kind("length-and-chunked"), expected: SENT },
  { fault: "header of 20 kB", site: kind("big-header"), expected: SENT_FOR_GOOD },
  { fault: "100,000 headers", site: kind("many-headers"), expected: SENT_FOR_GOOD },
  { fault: "NUL in a header", site: kind("bad-header"), expected: SENT },
  { fault: "bare line feeds", site: kind("lf-only"), expected: SENT },
  { fault: "unasked 101", site: kind("unasked-101"), expected: SENT },
  { fault: "100, then 200", site: kind("continue"), expected: text("ok"), overFetch: [SENT, text("ok")] },
  { fault: "100 without end", limitMs: SILENCE_MS, site: kind("continue-flood"), expected: SILENT, overFetch: [SENT, SILENT] },
  { fault: "103, then 200", site: kind("early-hints"), expected: text("ok") },
  { fault: "status 999", site: platformWith({ status: 999, body: OK }), expected: NOT_THE_PLATFORM },
  { fault: "204", site: platformWith({ status: 204 }), expected: UNREADABLE },
  { fault: "304", site: platformWith({ status: 304 }), expected: NOT_THE_PLATFORM },

  // Redirects.
  { fault: "301 to another origin", site: redirect(301, (elsewhere) => `${elsewhere}/a`), expected: NOT_THE_PLATFORM },
  { fault: "302 to another origin", site: redirect(302, (elsewhere) => `${elsewhere}/a`), expected: NOT_THE_PLATFORM },
  { fault: "307 to another origin", site: redirect(307, (elsewhere) => `${elsewhere}/a`), expected: NOT_THE_PLATFORM },
  { fault: "308 to another origin", site: redirect(308, (elsewhere) => `${elsewhere}/a`), expected: NOT_THE_PLATFORM },
  { fault: "302 to the cloud's metadata", site: redirect(302, "http://169.254.169.254/latest/meta-data/"), expected: NOT_THE_PLATFORM },
  { fault: "302 to a file", site: redirect(302, "file:///etc/passwd"), expected: NOT_THE_PLATFORM },
  { fault: "302 to itself", site: redirect(302, ""), expected: NOT_THE_PLATFORM },
  { fault: "302 without a location", site: platformWith({ status: 302 }), expected: NOT_THE_PLATFORM },

  // Too much.
  { fault: "200 MB with a length", site: kind("huge"), expected: TOO_LARGE },
  { fault: "chunks without end", site: kind("huge-chunked"), expected: TOO_LARGE },
  { fault: "gzip of 200 MB", site: kind("huge-gzip"), expected: TOO_LARGE },

  // Encodings.
  { fault: "gzip", site: content(gzipSync(OK), { "content-encoding": "gzip" }), expected: text("ok") },
  { fault: "cut gzip", site: kind("cut-gzip"), expected: UNREADABLE },
  { fault: "gzip that is none", site: kind("garbage-gzip"), expected: UNREADABLE },
  { fault: "unknown encoding", site: content(OK, { "content-encoding": "x-made-up" }), expected: text("ok") },
  { fault: "several layers of gzip", site: content(layered(), { "content-encoding": LAYERS.join(", ") }), expected: text("ok") },

  // Content of a 200.
  { fault: "byte order mark", site: content(`\ufeff${OK}`), expected: text("ok") },
  { fault: "bad UTF-8", site: content(Buffer.concat([Buffer.from(OK.replace('ok"}]}}', "")), Buffer.from([0xff]), Buffer.from('"}]}}')])), expected: text("\ufffd") },
  { fault: "300 levels of nesting", site: content(`{"result":${DEEP}}`), expected: UNREADABLE },
  { fault: "a million levels of nesting", site: content("[".repeat(1_000_000)), expected: UNREADABLE },
  { fault: "`__proto__` among the keys", site: content(OK.replace('{"kind":"message"', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"kind":"message"')), expected: text("ok") },
  { fault: "HTML page", site: kind("html"), expected: NOT_THE_PLATFORM },
  { fault: "broken JSON", site: kind("garbage-json"), expected: UNREADABLE },
  { fault: "empty body", site: kind("empty"), expected: UNREADABLE },
  { fault: "NaN, which is no JSON", site: content("NaN"), expected: UNREADABLE },
  { fault: "null", site: content("null"), expected: UNREADABLE },
  { fault: "octet-stream of JSON", site: content(OK, { "content-type": "application/octet-stream" }), expected: text("ok") },
  { fault: "event stream", site: content(`data: ${OK}\n\n`, { "content-type": "text/event-stream" }), expected: text("ok") },
  { fault: "JSON without a content type", site: rawAnswer(answerBytes(OK)), expected: text("ok") },
  { fault: "chunked JSON", site: rawAnswer(answerBytes([OK.length.toString(16), OK, "0", "", ""].join(CRLF), ["transfer-encoding: chunked", ...JSON_HEADERS])), expected: text("ok") },
];
