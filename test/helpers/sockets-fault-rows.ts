import type { A2AErrorCode, Delivery } from "a2a-peers";
import type { FaultKind } from "a2a-peers/testing";

/** What a send comes to. */
export type Expected =
  | { readonly text: string }
  /** The first attempt is lost before it is read. At-least-once repeats it, and then it is answered so. */
  | { readonly textOfSecond: string }
  /** The platform will deliver it. */
  | { readonly kind: "queued" }
  | {
      readonly code: A2AErrorCode;
      readonly delivery: Delivery;
      /** Repeated in at-least-once mode. At-most-once repeats it only while it surely was not sent. */
      readonly again: boolean;
      /** The server got the whole request, each time. */
      readonly held: boolean;
      /** Retryable, and not retried: the wait that the platform asks for is longer than the budget. */
      readonly waitsTooLong?: boolean;
    };

export interface FaultRow {
  readonly fault: FaultKind;
  /** What the row has besides the fault, in words, where several rows have one fault. */
  readonly variant?: string;
  /** The URL of the client for that of the platform with the fault. */
  readonly urlOf?: (url: URL) => string;
  /** The message is too large for the buffers between client and server. */
  readonly large?: boolean;
  /** One attempt may take this long: short where silence is the fault. */
  readonly limitMs?: number;
  /** A send before that is answered, and then this wait, so that the send reuses its connection. */
  readonly reuseAfterMs?: number;
  /** Several where it depends on how fast the kernels are, or on the version of Node. */
  readonly expected: Expected | readonly Expected[];
  /** What comes of it over the built-in fetch, where that differs. */
  readonly overFetch?: Expected | readonly Expected[];
}

const SILENCE_MS = 400;

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

const OK = text("ok");
const SECOND_OK: Expected = { textOfSecond: "ok" };
const QUEUED: Expected = { kind: "queued" };
const refused = (code: A2AErrorCode): Expected => lost(code, "not-sent", false, true);
const WAITS = { waitsTooLong: true } as const;

const https = ({ port }: URL) => `https://127.0.0.1:${port}`;
const http = ({ port }: URL) => `http://127.0.0.1:${port}`;
const localhost = ({ port }: URL) => `http://localhost:${port}`;
const unknownHost = ({ port }: URL) => `http://peer.fault.invalid:${port}`;

/** A send into each kind of fault. */
// biome-ignore format: a table reads best in rows
export const FAULT_ROWS: readonly FaultRow[] = [
  // Before a connection stands.
  { fault: "refuse", expected: NEVER_LEFT },
  { fault: "refuse", variant: "by the name localhost", urlOf: localhost, expected: NEVER_LEFT },
  { fault: "refuse", variant: "by a name that does not exist", urlOf: unknownHost, expected: NEVER_LEFT },
  { fault: "tls", variant: "with https", urlOf: https, expected: NO_TRUST },
  { fault: "tls", variant: "with http", urlOf: http, expected: HALF_SENT },
  { fault: "banner", variant: "with https", urlOf: https, expected: NO_TRUST, overFetch: lost("network", "maybe", false, false) },
  { fault: "reset-handshake", variant: "with https", urlOf: https, expected: NEVER_LEFT, overFetch: HALF_SENT },
  { fault: "reset-handshake", variant: "with http", expected: HALF_SENT },
  { fault: "stall-on-accept", variant: "with https", limitMs: SILENCE_MS, urlOf: https, expected: lost("timeout", "not-sent", true, false), overFetch: lost("timeout", "maybe", false, false) },
  { fault: "stall-on-accept", variant: "with http", limitMs: SILENCE_MS, expected: lost("timeout", "maybe", false, false) },
  { fault: "reset-on-accept", expected: [NEVER_LEFT, HALF_SENT] },
  { fault: "close-on-accept", limitMs: 1000, expected: HALF_SENT, overFetch: [HALF_SENT, lost("timeout", "maybe", false, false)] },
  { fault: "banner", expected: HALF_SENT },

  // While the request is on its way.
  { fault: "reset-head", expected: HALF_SENT },
  { fault: "reset-upload", large: true, expected: HALF_SENT },
  { fault: "close-upload", large: true, expected: HALF_SENT },
  { fault: "stall-upload", large: true, limitMs: SILENCE_MS, expected: lost("timeout", "maybe", true, false), overFetch: lost("timeout", "maybe", false, false) },
  { fault: "early-413", large: true, expected: lost("too_large", "not-sent", false, false) },
  { fault: "early-401", large: true, expected: lost("unauthorized", "not-sent", false, false) },

  // The request is there, an answer is not.
  { fault: "reset", expected: SENT },
  { fault: "close", expected: SENT },
  { fault: "stall", limitMs: SILENCE_MS, expected: SILENT },

  // A broken head.
  { fault: "cut-status-line", expected: SENT },
  { fault: "cut-head", expected: SENT },
  { fault: "cut-head-reset", expected: SENT },
  { fault: "stall-head", limitMs: SILENCE_MS, expected: SILENT },
  { fault: "drip-head", limitMs: SILENCE_MS, expected: SILENT },

  // A broken body.
  { fault: "cut", expected: REPLY_LOST },
  { fault: "cut-reset", expected: REPLY_LOST },
  { fault: "cut-chunked", expected: REPLY_LOST },
  { fault: "cut-chunked-reset", expected: REPLY_LOST },
  { fault: "bad-chunk", expected: REPLY_LOST },
  { fault: "cut-close-delimited", expected: UNREADABLE },
  { fault: "stall-body", limitMs: SILENCE_MS, expected: REPLY_STALLED },
  { fault: "drip", limitMs: SILENCE_MS, expected: REPLY_STALLED },
  { fault: "extra-bytes", expected: OK },
  { fault: "chunked", expected: OK },

  // Too much.
  { fault: "huge", expected: TOO_LARGE },
  { fault: "huge-chunked", expected: TOO_LARGE },
  { fault: "huge-gzip", expected: TOO_LARGE },
  { fault: "cut-at-10-mib", expected: TOO_LARGE },

  // Encodings.
  { fault: "gzip", expected: OK },
  { fault: "cut-gzip", expected: UNREADABLE },
  { fault: "garbage-gzip", expected: UNREADABLE },
  { fault: "gzip-layers", expected: OK },
  { fault: "unknown-encoding", expected: OK },

  // Content of a 200.
  { fault: "garbage-json", expected: UNREADABLE },
  { fault: "bare-text", expected: UNREADABLE },
  { fault: "nan", expected: UNREADABLE },
  { fault: "null", expected: UNREADABLE },
  { fault: "empty", expected: UNREADABLE },
  { fault: "bom", expected: OK },
  { fault: "bad-utf8", expected: text("\ufffd") },
  { fault: "deep-json", expected: UNREADABLE },
  { fault: "deeper-json", expected: UNREADABLE },
  { fault: "proto-keys", expected: OK },
  { fault: "html", expected: NOT_THE_PLATFORM },
  { fault: "octet-stream", expected: OK },
  { fault: "no-content-type", expected: OK },
  { fault: "event-stream", expected: OK },
  { fault: "status-204", expected: UNREADABLE },
  { fault: "status-304", expected: NOT_THE_PLATFORM },
  { fault: "status-999", expected: NOT_THE_PLATFORM },

  // Not HTTP, or not as it should be.
  { fault: "garbage", expected: SENT },
  { fault: "http09", expected: SENT },
  { fault: "http2", expected: SENT },
  { fault: "dup-length", expected: SENT },
  { fault: "length-and-chunked", expected: SENT },
  { fault: "big-header", expected: SENT_FOR_GOOD },
  { fault: "many-headers", expected: SENT_FOR_GOOD },
  { fault: "bad-header", expected: SENT },
  { fault: "lf-only", expected: SENT },
  { fault: "unasked-101", expected: SENT },
  { fault: "continue", expected: OK, overFetch: [SENT, OK] },
  { fault: "continue-flood", limitMs: 500, expected: SILENT, overFetch: [SENT, SILENT] },
  { fault: "early-hints", expected: OK },

  // Redirects.
  { fault: "redirect", expected: NOT_THE_PLATFORM },
  { fault: "redirect-301", expected: NOT_THE_PLATFORM },
  { fault: "redirect-302", expected: NOT_THE_PLATFORM },
  { fault: "redirect-307", expected: NOT_THE_PLATFORM },
  { fault: "redirect-308", expected: NOT_THE_PLATFORM },
  { fault: "redirect-same-origin", expected: NOT_THE_PLATFORM },
  { fault: "redirect-loop", expected: NOT_THE_PLATFORM },
  { fault: "redirect-metadata", expected: NOT_THE_PLATFORM },
  { fault: "redirect-file", expected: NOT_THE_PLATFORM },
  { fault: "redirect-no-location", expected: NOT_THE_PLATFORM },

  // A connection that has carried a request before, unless so much time has passed that at-most-once opens another one.
  { fault: "close-reused", reuseAfterMs: 0, expected: [SECOND_OK, OK] },
  { fault: "reset-reused", reuseAfterMs: 0, expected: [SECOND_OK, OK] },
  { fault: "idle-close", reuseAfterMs: 150, expected: OK },
  { fault: "idle-reset", reuseAfterMs: 0, expected: [SECOND_OK, OK] },

  // The platform, and what stands in front of it.
  { fault: "queued", expected: QUEUED },
  { fault: "unauthorized", expected: refused("unauthorized") },
  { fault: "access-denied", expected: refused("access_denied") },
  { fault: "unknown-workspace", expected: refused("peer_not_found") },
  { fault: "wrong-tenant", expected: refused("wrong_tenant") },
  { fault: "rate-limited", expected: { ...lost("rate_limited", "not-sent", true, true), ...WAITS } },
  { fault: "unreachable", expected: lost("peer_unavailable", "not-sent", true, true) },
  { fault: "reply-lost", expected: REPLY_LOST },
  { fault: "restarting", expected: lost("peer_unavailable", "not-sent", true, true) },
  { fault: "waking", expected: { ...lost("peer_unavailable", "not-sent", true, true), ...WAITS } },
  { fault: "busy", expected: lost("peer_busy", "maybe", false, true) },
  { fault: "gateway-502", expected: lost("platform_error", "maybe", true, true) },
  { fault: "gateway-503", expected: lost("platform_error", "maybe", true, true) },
  { fault: "gateway-504", expected: lost("timeout", "maybe", false, true) },
  { fault: "cdn-522", expected: lost("platform_error", "maybe", true, true) },
];

/** The name of a row. */
export const nameOf = ({ fault, variant }: FaultRow): string =>
  variant === undefined ? fault : `${fault} ${variant}`;
