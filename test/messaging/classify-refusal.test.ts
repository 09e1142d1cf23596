import { describe, expect, it, onTestFinished, vi } from "vitest";
import { failureFrom } from "../helpers/answer";
import { OTHER_REFUSALS, PLATFORM_REFUSALS, type RefusalRow } from "./refusal-rows";

function judge({ status, body, headers }: RefusalRow) {
  const { code, delivery, retryable: again, retryAfterMs, status: seen } = failureFrom(body, status, headers);
  return { code, delivery, repeated: again, retryAfterMs, status: seen };
}

function expected({ code, delivery, repeated, retryAfterMs, status }: RefusalRow) {
  return { code, delivery, repeated, retryAfterMs, status };
}

describe("the platform's answer to a message that it did not deliver", () => {
  it.each(PLATFORM_REFUSALS)("$name is $code, $delivery", (row) => {
    expect(judge(row)).toEqual(expected(row));
  });

  it("is retryable only when the message was not delivered", () => {
    const repeated = PLATFORM_REFUSALS.filter(
      (row) => failureFrom(row.body, row.status, row.headers).retryable,
    );
    expect(repeated.length).toBeGreaterThan(10);
    expect(new Set(repeated.map((row) => row.delivery))).toEqual(new Set(["not-sent"]));
  });
});

describe("statuses that are not the platform's own", () => {
  it.each(OTHER_REFUSALS)("$name is $code, $delivery", (row) => {
    expect(judge(row)).toEqual(expected(row));
  });

  it.each([600, 999])("classifies the status %i, which HTTP does not define, as bad_response", (status) => {
    expect(failureFrom("", status)).toMatchObject({
      code: "bad_response",
      delivery: "maybe",
      retryable: false,
      status,
    });
  });
});

describe("the text of a refusal", () => {
  it("names the peer, the status and the platform's error", () => {
    const { summary } = failureFrom({ error: "workspace has no URL", status: "paused" }, 503);
    for (const fact of ["peer P is not online", "HTTP 503", "workspace has no URL", "paused"]) {
      expect(summary).toContain(fact);
    }
  });

  it("contains the agent's own error, also that of a JSON-RPC error", () => {
    expect(failureFrom({ error: "quota used up" }, 418).summary).toMatch(/HTTP 418.*quota used up/);
    expect(failureFrom({ error: { code: 1, message: "kaput" } }, 500).summary).toMatch(/HTTP 500.*kaput/);
  });

  it("names the options that may be wrong when the tenant is", () => {
    const { advice } = failureFrom("", 404);
    expect(advice).toContain("orgId");
    expect(advice).toContain("origin");
  });

  it("names the host of a redirect, and no other part of its location", () => {
    const location = "https://me:key1@login.elsewhere.test/path?key=key2";
    const { summary } = failureFrom("", 307, { location });
    expect(summary).toContain("login.elsewhere.test");
    expect(summary).not.toMatch(/key1|key2|path/);
    expect(failureFrom("", 302, { location: "/relative" }).code).toBe("bad_response");
  });

  it("leaves out the HTML of a proxy", () => {
    expect(JSON.stringify(failureFrom("<html>SECRET PAGE</html>", 502))).not.toContain("SECRET PAGE");
  });
});

describe("the delay that the platform asks for", () => {
  it("prefers the header to the body", () => {
    expect(failureFrom({ error: "x", retry_after: 99 }, 429, { "retry-after": "3" }).retryAfterMs).toBe(3000);
  });

  it("reads fractions and rounds up to whole milliseconds", () => {
    expect(failureFrom({ retry_after: 0.0001 }, 429).retryAfterMs).toBe(1);
    expect(failureFrom("", 429, { "retry-after": "1.5" }).retryAfterMs).toBe(1500);
  });

  it("is a finite number, however large the body's", () => {
    const { retryAfterMs = 0 } = failureFrom({ error: "rate limit exceeded", retry_after: 1e308 }, 429);
    expect(Number.isFinite(retryAfterMs)).toBe(true);
    expect(retryAfterMs).toBeGreaterThan(600_000);
  });

  it("reads a date without a time zone as UTC, whatever the zone of the process", () => {
    vi.stubEnv("TZ", "America/New_York");
    onTestFinished(() => void vi.unstubAllEnvs());
    const [day, date, month, year, time] = new Date(Date.now() + 60_000)
      .toUTCString()
      .replace(",", "")
      .split(" ");
    const header = `${day} ${month} ${date} ${time} ${year}`;
    expect(failureFrom("", 429, { "retry-after": header }).retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it("is 0 for a date in the past", () => {
    expect(failureFrom("", 429, { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" }).retryAfterMs).toBe(0);
  });

  it("is the time until a date in the future", () => {
    const at = new Date(Date.now() + 60_000).toUTCString();
    const { retryAfterMs = 0 } = failureFrom("", 429, { "retry-after": at });
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it.each(["-1", "soon", "1e9", "NaN", "Infinity", "0x10", "1.5.", " ", "12 apples", "99999999999999999999"])(
    "takes no wait from the header %j",
    (header) => {
      expect(failureFrom("", 429, { "retry-after": header }).retryAfterMs).toBeUndefined();
    },
  );

  it.each([-1, null, true, "soon", [1], {}, "-5"])("ignores the body's %j", (retry_after) => {
    expect(failureFrom({ retry_after }, 429).retryAfterMs).toBeUndefined();
  });
});
