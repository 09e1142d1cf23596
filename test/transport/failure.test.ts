import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FAILURES, type Phase, TransportFailure, toTransportFailure } from "../../src/transport/failure";

const coded = (code: string, message = "it failed", syscall?: string) =>
  Object.assign(new Error(message), { code }, syscall === undefined ? {} : { syscall });
const fetchFailed = (cause: unknown) => new TypeError("fetch failed", { cause });

describe("an error of which the phase is known", () => {
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

// biome-ignore format: a table reads best in rows
describe("an error of a fetch, which does not tell its phase", () => {
  it.each([
    { name: "refused", error: fetchFailed(coded("ECONNREFUSED")), kind: "connect", phase: "connecting" },
    { name: "reset while connecting", error: fetchFailed(coded("ECONNRESET", "x", "connect")), kind: "connect", phase: "connecting" },
    { name: "reset while reading", error: fetchFailed(coded("ECONNRESET", "x", "read")), kind: "read", phase: "sent" },
    { name: "connect timeout", error: fetchFailed(coded("UND_ERR_CONNECT_TIMEOUT")), kind: "connect_timeout", phase: "connecting" },
    { name: "headers timeout", error: fetchFailed(coded("UND_ERR_HEADERS_TIMEOUT")), kind: "read_timeout", phase: "sent" },
    { name: "a parser's error without a code, as Node 24 has it", error: fetchFailed(Object.assign(new Error("Invalid"), { name: "HTTPParserError" })), kind: "protocol", phase: "sent" },
    { name: "closed socket", error: fetchFailed(coded("UND_ERR_SOCKET")), kind: "protocol", phase: "sent" },
    { name: "bad certificate", error: fetchFailed(coded("DEPTH_ZERO_SELF_SIGNED_CERT")), kind: "certificate", phase: "connecting" },
    { name: "one cause more, as ofetch adds it", error: new Error("no response", { cause: fetchFailed(coded("EPIPE")) }), kind: "read", phase: "sent" },
    { name: "no cause, as Bun has it", error: coded("ConnectionRefused"), kind: "connect", phase: "connecting" },
    { name: "no code, as Deno has it", error: new TypeError("error sending request"), kind: "unknown", phase: "sent" },
    { name: "an abort, whose code is a number", error: Object.assign(new Error("aborted"), { code: 20 }), kind: "unknown", phase: "sent" },
    { name: "no error at all", error: "a string", kind: "unknown", phase: "sent" },
  ] as const)("$name is $kind, $phase", ({ error, kind, phase }) => {
    expect(toTransportFailure(error)).toMatchObject({ kind, phase });
  });
});

it("speaks for all addresses of a host when their errors have no message of their own", () => {
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

it("falls back to the code where an error has no words", () => {
  expect(toTransportFailure(coded("ECONNRESET", ""), "sent").message).toBe("ECONNRESET");
});

it("hands out a cause with code and words only, never the original", () => {
  const original = Object.assign(coded("ECONNRESET", "read ECONNRESET", "read"), {
    options: { headers: { authorization: "Bearer secret" } },
  });

  const { cause } = toTransportFailure(fetchFailed(original), "sent");

  expect(cause).not.toBe(original);
  expect({ ...(cause as Error) }).toEqual({ code: "ECONNRESET", syscall: "read" });
  expect((cause as Error).message).toBe("read ECONNRESET");
});

it("leaves its own failures as they are", () => {
  const failure = new TransportFailure("too_large", "answered", "too much", 200);
  expect(toTransportFailure(failure, "sent")).toBe(failure);
});

it("ends on causes that go round in a circle", () => {
  const error = new Error("round");
  error.cause = error;
  expect(toTransportFailure(error).message).toBe("round");
});

it("makes a failure of anything that can be thrown", () => {
  const phase = fc.constantFrom<Phase | undefined>(undefined, "waiting", "connecting", "sent", "answered");
  fc.assert(
    fc.property(fc.anything(), phase, (thrown, reached) => {
      const failure = toTransportFailure(thrown, reached);
      expect(FAILURES).toHaveProperty(failure.kind);
      if (reached !== undefined) expect(failure.phase).toBe(reached);
    }),
  );
});
