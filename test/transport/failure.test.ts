import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FAILURES, type Phase, TransportFailure, toTransportFailure } from "../../src/transport/failure";

const coded = (code: string, message = "it failed", syscall?: string) =>
  Object.assign(new Error(message), { code }, syscall === undefined ? {} : { syscall });
const fetchFailed = (cause: unknown) => new TypeError("fetch failed", { cause });

describe("an error with a known phase", () => {
  it.each([
    { code: "ECONNREFUSED", phase: "connecting", kind: "connect" },
    { code: "ENOTFOUND", phase: "connecting", kind: "connect" },
    { code: "ECONNRESET", phase: "connecting", kind: "connect" },
    { code: "CERT_HAS_EXPIRED", phase: "connecting", kind: "certificate" },
    { code: "ERR_TLS_CERT_ALTNAME_INVALID", phase: "connecting", kind: "certificate" },
    { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", phase: "connecting", kind: "certificate" },
    { code: "ECONNRESET", phase: "sent", kind: "read" },
    { code: "EPIPE", phase: "sent", kind: "read" },
    { code: "HPE_INVALID_CONSTANT", phase: "sent", kind: "protocol" },
    { code: "HPE_HEADER_OVERFLOW", phase: "sent", kind: "unknown" },
    { code: "ECONNRESET", phase: "answered", kind: "read" },
    { code: "Z_DATA_ERROR", phase: "answered", kind: "encoding" },
    { code: "ERR_SOMETHING", phase: "sent", kind: "unknown" },
  ] as const)("$code while $phase is $kind", ({ code, phase, kind }) => {
    expect(toTransportFailure(coded(code), phase)).toMatchObject({ kind, phase });
  });
});

describe("an error of TLS after the handshake", () => {
  const alert = "ssl3_read_bytes:sslv3 alert bad certificate:SSL alert number 42";

  it.each([
    ["plain text on a connection that has carried the request", "EPROTO", "wrong version number", "sent"],
    ["a record that is damaged", "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "bad record mac", "sent"],
    ["plain text within the response", "EPROTO", "packet length too long", "answered"],
  ] as const)("leaves open whether the request arrived: %s", (_, code, message, phase) => {
    expect(toTransportFailure(coded(code, message), phase)).toMatchObject({ kind: "protocol", phase });
  });

  it("is that of a client's certificate on a new connection without a response only", () => {
    const error = coded("ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", alert);
    expect(toTransportFailure(error, "sent")).toMatchObject({
      kind: "client_certificate",
      phase: "connecting",
    });
    expect(toTransportFailure(error, "sent", undefined, true)).toMatchObject({ phase: "sent" });
    expect(toTransportFailure(error, "answered", 200)).toMatchObject({ phase: "answered" });
  });

  it.each([
    ["CERT_HAS_EXPIRED", "certificate has expired", "connecting"],
    ["EPROTO", "wrong version number", "sent"],
    ["EPROTO", "packet length too long", "sent"],
    ["ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "tlsv1 alert internal error", "sent"],
    ["ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "bad record mac", "sent"],
  ] as const)("of a fetch, which does not say how far it came: %s", (code, message, phase) => {
    expect(toTransportFailure(fetchFailed(coded(code, message)))).toMatchObject({ phase });
  });
});

describe("an alert of TLS where a response was expected", () => {
  const alert = Object.assign(coded("HPE_INVALID_CONSTANT"), { rawPacket: Uint8Array.of(0x15, 0x03, 0x01) });

  it("is that of a server which speaks TLS at a port for plain HTTP", () => {
    expect(toTransportFailure(alert, "sent")).toMatchObject({ kind: "scheme", phase: "connecting" });
  });

  it("proves nothing within a response, or on a connection that has carried another", () => {
    expect(toTransportFailure(alert, "answered", 200)).toMatchObject({ phase: "answered" });
    expect(toTransportFailure(alert, "sent", undefined, true)).toMatchObject({ phase: "sent" });
  });
});

describe("a proxy that opens no way to the platform", () => {
  const named = "Failed to establish tunnel to a.test:443 via http://proxy.test/: HTTP/1.1";

  it.each([
    { statusCode: 407, kind: "proxy_refused" },
    { statusCode: 403, kind: "proxy_refused" },
    { statusCode: 429, kind: "proxy" },
    { statusCode: 503, kind: "proxy" },
    { statusCode: undefined, kind: "proxy" },
  ] as const)("is $kind with the status $statusCode, and nothing was sent", ({ statusCode, kind }) => {
    const error = Object.assign(coded("ERR_PROXY_TUNNEL", `${named} ${statusCode} Nope`), { statusCode });
    const failure = toTransportFailure(error);
    expect(failure).toMatchObject({ kind, phase: "connecting" });
    expect(failure.message).not.toContain("proxy.test");
  });
});

it.each([
  ["EPROTO", "error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure"],
  ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "ssl3_read_bytes:sslv3 alert bad certificate"],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "ssl3_read_bytes:tlsv1 alert unknown ca"],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ssl3_read_bytes:tlsv13 alert certificate required"],
])("takes %s for a refused client certificate, with which nothing was read", (code, message) => {
  const failure = toTransportFailure(coded(code, message), "sent");
  expect(failure).toMatchObject({ kind: "client_certificate", phase: "connecting" });
});

// biome-ignore format: a table reads best in rows
describe("an error of fetch, without a known phase", () => {
  it.each([
    { name: "refused", error: fetchFailed(coded("ECONNREFUSED")), kind: "connect", phase: "connecting" },
    { name: "reset while connecting", error: fetchFailed(coded("ECONNRESET", "x", "connect")), kind: "connect", phase: "connecting" },
    { name: "reset while reading", error: fetchFailed(coded("ECONNRESET", "x", "read")), kind: "read", phase: "sent" },
    { name: "connect timeout", error: fetchFailed(coded("UND_ERR_CONNECT_TIMEOUT")), kind: "connect_timeout", phase: "connecting" },
    { name: "headers timeout", error: fetchFailed(coded("UND_ERR_HEADERS_TIMEOUT")), kind: "read_timeout", phase: "sent" },
    { name: "a parser error without a code, as in Node 24", error: fetchFailed(Object.assign(new Error("Invalid"), { name: "HTTPParserError" })), kind: "protocol", phase: "sent" },
    { name: "closed socket", error: fetchFailed(coded("UND_ERR_SOCKET")), kind: "protocol", phase: "sent" },
    { name: "bad certificate", error: fetchFailed(coded("DEPTH_ZERO_SELF_SIGNED_CERT")), kind: "certificate", phase: "connecting" },
    { name: "one more cause, as added by ofetch", error: new Error("no response", { cause: fetchFailed(coded("EPIPE")) }), kind: "read", phase: "sent" },
    { name: "no cause, as in Bun", error: coded("ConnectionRefused"), kind: "connect", phase: "connecting" },
    { name: "no code, as in Deno", error: new TypeError("error sending request"), kind: "read", phase: "sent" },
    { name: "reset, as in Deno", error: new TypeError("error sending request for url (http://a.test/): client error (SendRequest): connection error: Connection reset by peer (os error 104)"), kind: "read", phase: "sent" },
    { name: "closed, as in Deno", error: new TypeError("client error (SendRequest): connection closed before message completed"), kind: "read", phase: "sent" },
    { name: "refused, as in Deno", error: new TypeError("error sending request for url (http://a.test/): client error (Connect): tcp connect error: Connection refused (os error 111)"), kind: "connect", phase: "connecting" },
    { name: "reset while connecting, as in Deno", error: new TypeError("client error (Connect): Connection reset by peer (os error 104)"), kind: "connect", phase: "connecting" },
    { name: "unknown host, as in Deno", error: new TypeError("client error (Connect): dns error: failed to lookup address information"), kind: "connect", phase: "connecting" },
    { name: "bad certificate, as in Deno", error: new TypeError("client error (Connect): invalid peer certificate: UnknownIssuer"), kind: "certificate", phase: "connecting" },
    { name: "said by a cause alone", error: fetchFailed(new Error("connection closed before message completed")), kind: "read", phase: "sent" },
    { name: "lost, as in a worker", error: new Error("Network connection lost."), kind: "read", phase: "sent" },
    { name: "closed, as in Bun", error: coded("ConnectionClosed", "The socket connection was closed unexpectedly."), kind: "read", phase: "sent" },
    { name: "refused by the policy of a browser, perhaps", error: new TypeError("Failed to fetch"), kind: "unknown", phase: "sent" },
    { name: "an abort, whose code is a number", error: Object.assign(new Error("aborted"), { code: 20 }), kind: "unknown", phase: "sent" },
    { name: "no error at all", error: "a string", kind: "unknown", phase: "sent" },
  ] as const)("$name is $kind, $phase", ({ error, kind, phase }) => {
    expect(toTransportFailure(error)).toMatchObject({ kind, phase });
  });
});

it("joins the messages of an AggregateError over the addresses of a host", () => {
  const error = new AggregateError([
    coded("ECONNREFUSED", "connect ECONNREFUSED ::1:8080", "connect"),
    coded("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:8080", "connect"),
  ]);

  expect(toTransportFailure(fetchFailed(error))).toMatchObject({
    kind: "connect",
    phase: "connecting",
    message: "connect ECONNREFUSED ::1:8080; connect ECONNREFUSED 127.0.0.1:8080",
  });
});

it("uses the code as the message of an error without one", () => {
  expect(toTransportFailure(coded("ECONNRESET", ""), "sent").message).toBe("ECONNRESET");
});

it("has a cause with the code and the message only, never the original", () => {
  const original = Object.assign(coded("ECONNRESET", "read ECONNRESET", "read"), {
    options: { headers: { authorization: "Bearer secret" } },
  });

  const { cause } = toTransportFailure(fetchFailed(original), "sent");

  expect(cause).not.toBe(original);
  expect({ ...(cause as Error) }).toEqual({ code: "ECONNRESET", syscall: "read" });
  expect((cause as Error).message).toBe("read ECONNRESET");
});

it("returns a TransportFailure unchanged", () => {
  const failure = new TransportFailure("too_large", "answered", "too much", 200);
  expect(toTransportFailure(failure, "sent")).toBe(failure);
});

it("ends on circular causes", () => {
  const error = new Error("circular");
  error.cause = error;
  expect(toTransportFailure(error).message).toBe("circular");
});

it("creates a failure from any thrown value", () => {
  const phase = fc.constantFrom<Phase | undefined>(undefined, "waiting", "connecting", "sent", "answered");
  fc.assert(
    fc.property(fc.anything(), phase, (thrown, reached) => {
      const failure = toTransportFailure(thrown, reached);
      expect(FAILURES).toHaveProperty(failure.kind);
      if (reached !== undefined) expect(failure.phase).toBe(reached);
    }),
  );
});
