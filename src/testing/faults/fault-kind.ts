/**
 * What a client meets on the socket.
 *
 * Nothing tells which route a connection is for before something was read from it. So `refuse`, `reset-on-accept`,
 * `close-on-accept` and `banner` apply to new connections whatever the route of the fault. The last three also
 * happen on a connection that is open already, when the head of a request to the route arrives on it; `times` counts
 * both. All other kinds apply to requests of the route.
 */
export type FaultKind =
  /**
   * The port is closed: ECONNREFUSED, and every open connection ends. Nobody can count refused attempts, so `times`
   * is a yes or no here: with `times` or `delayMs` the port opens again after `delayMs` (100 by default)
   * milliseconds of the platform's clock, without them when the fault is taken back.
   */
  | "refuse"
  /** RST as soon as the connection is accepted: ECONNRESET, nothing was read. Not recorded. */
  | "reset-on-accept"
  /** FIN as soon as the connection is accepted. Not recorded. */
  | "close-on-accept"
  /** The server speaks first, an SSH banner, and nothing more. Not recorded. */
  | "banner"

  /** RST when the request head is there, before the body is read. Not recorded. */
  | "reset-head"
  /** RST when the first bytes of the body are there. Not recorded. */
  | "reset-upload"
  /** The connection is closed when the first bytes of the body are there. Not recorded. */
  | "close-upload"
  /** The body is never read: a large upload gets stuck. Not recorded. */
  | "stall-upload"
  /** 413 and a closed connection while the client still uploads. Not recorded. */
  | "early-413"

  /** The whole request is read, then RST. */
  | "reset"
  /** The whole request is read, then FIN without a byte. */
  | "close"
  /** The whole request is read, then silence. */
  | "stall"

  /** Half a response head, then FIN. */
  | "cut-head"
  /** Half a response head, then RST. */
  | "cut-head-reset"
  /** Half a response head, then silence. */
  | "stall-head"
  /** The response head, one byte every 20 ms, for ever. */
  | "drip-head"

  /** A 200 with its length, a part of the body, then FIN. */
  | "cut"
  /** A 200 with its length, a part of the body, then RST. */
  | "cut-reset"
  /** A chunked 200 without its last chunk, then FIN. */
  | "cut-chunked"
  /** A chunked 200 without its last chunk, then RST. */
  | "cut-chunked-reset"
  /** A 200 without a length that ends in mid JSON: to HTTP it is complete. */
  | "cut-close-delimited"
  /** A 200 whose second chunk has a size that is no number. */
  | "bad-chunk"
  /** A 200 with its length, a part of the body, then silence. */
  | "stall-body"
  /** A 200 whose body comes one byte every 20 ms, for ever: never idle, never done. */
  | "drip"
  /** A whole 200, and more bytes behind it. */
  | "extra-bytes"

  /** A 200 with a JSON text of 200 MB and its length. */
  | "huge"
  /** A chunked 200 with a JSON text that never ends. */
  | "huge-chunked"
  /** A 200 of 200 kB gzip that unpack to 200 MB of JSON. */
  | "huge-gzip"
  /** A 200 that is gzipped, cut in the middle; its length is honest. */
  | "cut-gzip"
  /** A 200 that says gzip and is not. */
  | "garbage-gzip"

  /** 64 bytes that are not HTTP. */
  | "garbage"
  /** 200, `application/json`, and the body is not JSON. */
  | "garbage-json"
  /** 200, `application/json`, and no body. */
  | "empty"
  /** 200 and an HTML page. */
  | "html"
  /** 302 to another origin, `http://elsewhere.invalid/`. */
  | "redirect"

  /** An HTTP/2 frame in the clear. */
  | "http2"
  /** HTTP/0.9: a body and no head. */
  | "http09"
  /** Two different content-lengths. */
  | "dup-length"
  /** A content-length and chunked coding at once. */
  | "length-and-chunked"
  /** One response header of 20 kB. */
  | "big-header"
  /** 100,000 response headers. */
  | "many-headers"
  /** A NUL in a response header. */
  | "bad-header"
  /** A response head with bare LF line ends. */
  | "lf-only"
  /** 101, which nobody asked for. */
  | "unasked-101"
  /** A 100 nobody asked for, then a whole 200. */
  | "continue"
  /** 100 without end. */
  | "continue-flood"
  /** 103, then a whole 200. */
  | "early-hints";
