/**
 * What a client sees on the socket. RST is a TCP reset, FIN an orderly close.
 *
 * The route of a connection is unknown before a request head was read from it. So `refuse`, `reset-on-accept`,
 * `close-on-accept` and `banner` apply to new connections whatever the route of the fault. The last three also apply
 * to an open connection when the head of a request to the route arrives on it; `times` counts both. All other kinds
 * apply to requests of the route.
 */
export type FaultKind =
  /**
   * The port is closed: ECONNREFUSED, and every open connection ends. Refused attempts cannot be counted, so any
   * `times` above 0 means once: with `times` or `delayMs` the port opens again after `delayMs` (default 100)
   * milliseconds of the platform's clock, without both when the fault is removed with `{ times: 0 }`.
   */
  | "refuse"
  /** RST as soon as the connection is accepted: ECONNRESET, nothing was read. Not recorded. */
  | "reset-on-accept"
  /** FIN as soon as the connection is accepted. Not recorded. */
  | "close-on-accept"
  /** The server sends an SSH banner first, and nothing more. Not recorded. */
  | "banner"

  /** RST after the request head, before the body is read. Not recorded. */
  | "reset-head"
  /** RST after the first bytes of the body. Not recorded. */
  | "reset-upload"
  /** The connection is closed after the first bytes of the body. Not recorded. */
  | "close-upload"
  /** The body is never read: a large upload stalls. Not recorded. */
  | "stall-upload"
  /** 413 and a closed connection while the client still uploads. Not recorded. */
  | "early-413"

  /** The whole request is read, then RST. */
  | "reset"
  /** The whole request is read, then FIN without a byte. */
  | "close"
  /** The whole request is read, then no response. */
  | "stall"

  /** Half a response head, then FIN. */
  | "cut-head"
  /** Half a response head, then RST. */
  | "cut-head-reset"
  /** Half a response head, then nothing more. */
  | "stall-head"
  /** The response head, one byte every 20 ms, without end. */
  | "drip-head"

  /** A 200 with its length, a part of the body, then FIN. */
  | "cut"
  /** A 200 with its length, a part of the body, then RST. */
  | "cut-reset"
  /** A chunked 200 without its last chunk, then FIN. */
  | "cut-chunked"
  /** A chunked 200 without its last chunk, then RST. */
  | "cut-chunked-reset"
  /** A 200 without a length that ends within the JSON: for HTTP it is complete. */
  | "cut-close-delimited"
  /** A 200 whose second chunk has a size that is no number. */
  | "bad-chunk"
  /** A 200 with its length, a part of the body, then nothing more. */
  | "stall-body"
  /** A 200 whose body is sent one byte every 20 ms, without end: never idle, never complete. */
  | "drip"
  /** A complete 200, followed by more bytes. */
  | "extra-bytes"

  /** A 200 with a JSON text of 200 MB and its length. */
  | "huge"
  /** A chunked 200 with a JSON text without end. */
  | "huge-chunked"
  /** A 200 with 200 kB of gzip that decompress to 200 MB of JSON. */
  | "huge-gzip"
  /** A 200 with a truncated gzip body; its content-length is that of the truncated body. */
  | "cut-gzip"
  /** A 200 with `content-encoding: gzip` whose body is not gzip. */
  | "garbage-gzip"

  /** 64 bytes that are not HTTP. */
  | "garbage"
  /** 200, `application/json`, and the body is not JSON. */
  | "garbage-json"
  /** 200, `application/json`, and an empty body. */
  | "empty"
  /** 200 and an HTML page. */
  | "html"
  /** 302 to another origin, `http://elsewhere.invalid/`. */
  | "redirect"

  /** An unencrypted HTTP/2 frame. */
  | "http2"
  /** HTTP/0.9: a body without a head. */
  | "http09"
  /** Two different content-length headers. */
  | "dup-length"
  /** A content-length together with chunked transfer encoding. */
  | "length-and-chunked"
  /** One response header of 20 kB. */
  | "big-header"
  /** 100,000 response headers. */
  | "many-headers"
  /** A NUL in a response header. */
  | "bad-header"
  /** A response head with bare LF line ends. */
  | "lf-only"
  /** 101, which the request did not ask for. */
  | "unasked-101"
  /** A 100 without `expect: 100-continue`, then a complete 200. */
  | "continue"
  /** 100 responses without end. */
  | "continue-flood"
  /** 103, then a complete 200. */
  | "early-hints";
