/**
 * What a client sees on the socket. RST is a TCP reset, FIN an orderly close.
 *
 * The route of a connection is unknown before a request head was read from it. So `refuse`, `reset-on-accept`,
 * `close-on-accept`, `stall-on-accept`, `reset-handshake`, `tls` and `banner` apply to new connections whatever the route
 * of the fault. All but the first also apply to an open connection when the head of a request to the route arrives on
 * it; `times` counts both. All other kinds apply to requests of the route.
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
  /** The connection is accepted, and nothing is read or sent. Not recorded. */
  | "stall-on-accept"
  /** RST as soon as the first bytes arrive; with an `https` URL, in the TLS handshake. Not recorded. */
  | "reset-handshake"
  /** The port speaks TLS, with a certificate that nobody trusts; with an `http` URL it ends the connection. Not recorded. */
  | "tls"
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
  /** 401 before the body is read, and a connection that closes once the client has stopped sending. Not recorded. */
  | "early-401"

  /** The whole request is read, then RST. */
  | "reset"
  /** The whole request is read, then FIN without a byte. */
  | "close"
  /** The whole request is read, then no response. */
  | "stall"

  /** Half a status line, then FIN. */
  | "cut-status-line"
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
  /** A complete chunked 200. */
  | "chunked"

  /** A 200 with a JSON text of 200 MB and its length. */
  | "huge"
  /** A chunked 200 with a JSON text without end. */
  | "huge-chunked"
  /** A 200 of exactly 10 MiB that ends within the JSON, as the platform cuts the replies of agents off. */
  | "cut-at-10-mib"
  /** A 200 with 200 kB of gzip that decompress to 200 MB of JSON. */
  | "huge-gzip"
  /** A 200 with a truncated gzip body; its content-length is that of the truncated body. */
  | "cut-gzip"
  /** A 200 with `content-encoding: gzip` whose body is not gzip. */
  | "garbage-gzip"
  /** A complete 200 with a gzip body. */
  | "gzip"
  /** A complete 200 whose body is compressed with gzip three times. */
  | "gzip-layers"
  /** A complete 200 whose `content-encoding` nobody knows; its body is plain. */
  | "unknown-encoding"

  /** 64 bytes that are not HTTP. */
  | "garbage"
  /** 200, `application/json`, and the body is not JSON. */
  | "garbage-json"
  /** 200, `application/json`, and a text without quotation marks. */
  | "bare-text"
  /** 200, `application/json`, and the body `NaN`, which is no JSON. */
  | "nan"
  /** 200 and the body `null`. */
  | "null"
  /** A complete 200 that begins with a byte order mark. */
  | "bom"
  /** A complete 200 with a byte within a text that is not UTF-8. */
  | "bad-utf8"
  /** 200 and 5,000 arrays within each other. */
  | "deep-json"
  /** 200 and 1,000,000 arrays within each other. */
  | "deeper-json"
  /** A complete 200 with the keys `__proto__` and `constructor` in its result. */
  | "proto-keys"
  /** A complete 200 of the type `application/octet-stream`. */
  | "octet-stream"
  /** A complete 200 without a type. */
  | "no-content-type"
  /** 200, `text/event-stream`, and the response as its one event. */
  | "event-stream"
  /** 200, `application/json`, and an empty body. */
  | "empty"
  /** 200 and an HTML page. */
  | "html"
  /** 204. */
  | "status-204"
  /** 304. */
  | "status-304"
  /** A complete response with the status 999. */
  | "status-999"

  /** 302 to another origin, `http://elsewhere.invalid/`. */
  | "redirect"
  /** 301 to another origin on loopback; what arrives there is in `platform.followedRedirects`. */
  | "redirect-301"
  /** 302 to that origin. */
  | "redirect-302"
  /** 307 to that origin: a client that follows it sends the message there. */
  | "redirect-307"
  /** 308 to that origin. */
  | "redirect-308"
  /** 301 to `/health` of the platform. */
  | "redirect-same-origin"
  /** 302 to the same path, without end. */
  | "redirect-loop"
  /** 302 to `http://169.254.169.254/`, where clouds answer with credentials. */
  | "redirect-metadata"
  /** 302 to a `file:` URL. */
  | "redirect-file"
  /** 302 without a location. */
  | "redirect-no-location"

  /** A request that is not the first of its connection gets FIN when its head arrives. Not recorded. */
  | "close-reused"
  /** A request that is not the first of its connection gets RST when its head arrives. Not recorded. */
  | "reset-reused"
  /** A complete 200 on a connection that stays open, then FIN after 100 ms. */
  | "idle-close"
  /** A complete 200 on a connection that stays open and is not read any more, then RST after 200 ms. */
  | "idle-reset"

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
  | "early-hints"

  /** The platform: 202, the message waits for a busy peer. */
  | "queued"
  /** The platform: 401, the token is refused. */
  | "unauthorized"
  /** The platform: 403, the workspaces may not talk. */
  | "access-denied"
  /** The platform: 404, there is no such workspace. */
  | "unknown-workspace"
  /** The guard of a hosted platform: 404 without a body, because the organisation is missing or wrong. */
  | "wrong-tenant"
  /** The platform: 429, with a `Retry-After` of 30 s. */
  | "rate-limited"
  /** The platform: 502, it could not reach the agent. */
  | "unreachable"
  /** The platform: 502, the agent has run the task and its reply is lost. */
  | "reply-lost"
  /** The platform: 503, the agent restarts and has not got the message. */
  | "restarting"
  /** The platform: 503, the agent wakes up, with a `Retry-After` of 15 s. */
  | "waking"
  /** The platform: 503, the agent is busy and may have got the message. */
  | "busy"
  /** A proxy in front of the platform: 502 and a page. */
  | "gateway-502"
  /** A proxy in front of the platform: 503 and a page. */
  | "gateway-503"
  /** A proxy in front of the platform: 504 and a page, while the agent may go on working. */
  | "gateway-504"
  /** A CDN in front of the platform: 522 and a page, it did not reach the platform. */
  | "cdn-522";
