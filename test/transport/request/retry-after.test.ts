import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseErrorBody } from "../../../src/transport/request/error-body";
import { retryAfterBodyMs, retryAfterHeaderMs } from "../../../src/transport/request/retry-after";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

describe("retryAfterHeaderMs", () => {
  it.each([
    ["0", 0],
    ["15", 15_000],
    [" 15 ", 15_000],
    ["1.5", 1500],
    ["0.0001", 1],
    ["31536000", 31_536_000_000],
    ["Sun, 22 Nov 2026 12:00:30 GMT", 30_000],
    ["Sunday, 22-Nov-26 12:00:30 GMT", 30_000],
    ["Sun Nov 22 12:00:30 2026", 30_000],
    ["Sun, 22 Nov 2026 11:00:00 GMT", 0],
  ])("parses %j as %i ms", (value, expected) => {
    // The third format has no zone, and Date.parse takes it as local time.
    const offset = value.endsWith("2026") ? new Date(NOW).getTimezoneOffset() * 60_000 : 0;
    expect(retryAfterHeaderMs(value, NOW + offset)).toBe(expected);
  });

  it.each([
    undefined,
    "",
    " ",
    "-1",
    "+5",
    "1e3",
    "1.5.",
    "0x10",
    "soon",
    "15 seconds",
    "15, 30",
    "NaN",
    "Infinity",
    "9999999999999999",
    "2026-11-22T12:00:30Z",
    "Nov 22",
    "Sun, 99 Nov 2026 99:00:00 GMT",
  ])("rejects %j", (value) => {
    expect(retryAfterHeaderMs(value, NOW)).toBeUndefined();
  });

  it("returns a finite number of at least 0 or undefined for any input", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.double().map(String),
          fc.date().map((date) => `${date}`),
        ),
        (value) => {
          const ms = retryAfterHeaderMs(value, NOW);
          expect(ms === undefined || (Number.isFinite(ms) && ms >= 0)).toBe(true);
        },
      ),
    );
  });
});

describe("retryAfterBodyMs", () => {
  it.each([
    [0, 0],
    [15, 15_000],
    [0.25, 250],
    ["15", 15_000],
  ])("parses %j as %i ms", (value, expected) => {
    expect(retryAfterBodyMs(value)).toBe(expected);
  });

  it.each([
    undefined,
    null,
    true,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "-1",
    "",
    "soon",
    [15],
    { s: 1 },
  ])("rejects %j", (value) => {
    expect(retryAfterBodyMs(value)).toBeUndefined();
  });
});

it("a date counts from the answer's own, whatever this machine takes for the time", () => {
  const response = (headers: Record<string, string>) => ({
    status: 503,
    text: "",
    header: (name: string) => headers[name],
  });
  const date = "Sun, 22 Nov 2016 12:00:00 GMT";
  const later = "Sun, 22 Nov 2016 12:00:30 GMT";
  expect(parseErrorBody(response({ date, "retry-after": later })).retryAfterMs).toBe(30_000);
  expect(parseErrorBody(response({ date: "today", "retry-after": later })).retryAfterMs).toBe(0);
  expect(parseErrorBody(response({ "retry-after": later })).retryAfterMs).toBe(0);
});
