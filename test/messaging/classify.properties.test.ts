import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classify } from "../../src/messaging/classify";
import { parseReply } from "../../src/messaging/reply";
import { httpAnswer, rpc, textMessage } from "../helpers/answer";

const POISON = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
const KEYS = [
  "result", "error", "parts", "status", "state", "message", "task", "artifacts", "history", "kind", "type", "text", "root",
  "file", "data", "content", "role", "queued", "delivery_mode", "code", "id", "jsonrpc", "busy", "waking", "restarting",
  "retry_after", "retry_after_seconds", "detail", "delivery_confirmed", ...POISON,
]; // biome-ignore format: one list
const WORDS = [
  "text",
  "agent",
  "failed",
  "working",
  "queued",
  "poll",
  "Agent error: x",
  "workspace has no URL",
  "offline",
];

const key = fc.oneof(fc.constantFrom(...KEYS), fc.string());
const leaf = fc.oneof(
  fc.constantFrom<unknown>(...WORDS, null, true, false, 0, -1, 1e308),
  fc.string(),
  fc.double(),
);

/** JSON text in the vocabulary of replies; written by hand, so that `__proto__` is an own key as it is on the wire. */
const { json } = fc.letrec<{ json: string; value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    leaf.map((value) => JSON.stringify(value) ?? "null"),
    fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
    tie("json"),
  ),
  json: fc
    .array(fc.tuple(key, tie("value")), { maxLength: 6 })
    .map((entries) => `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`),
}));

const status = fc.oneof(
  fc.constantFrom(200, 202, 204, 301, 400, 401, 402, 403, 404, 413, 429, 500, 502, 503, 504),
  fc.integer({ min: 100, max: 999 }),
);

const GOOD = JSON.stringify(
  rpc({
    task: {
      id: "t",
      status: { state: "completed", message: textMessage("a") },
      artifacts: [{ parts: [{ root: { kind: "file", file: { uri: "u" } } }, { data: [1] }] }],
      history: [{ role: "agent", parts: [{ text: "b" }] }],
    },
  }),
);

/** A good reply with a few characters replaced, lost or doubled. */
const mutated = fc
  .array(
    fc.tuple(
      fc.nat(GOOD.length),
      fc.constantFrom("", "{", "}", "[", "]", '"', ",", "null", "1", "\\", "\u0000"),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((edits) => edits.reduce((text, [at, by]) => text.slice(0, at) + by + text.slice(at + 1), GOOD));

const body = fc.oneof(json, mutated, fc.string(), fc.json());
const header = fc.oneof(
  fc.constant(undefined),
  fc.string(),
  fc.double().map(String),
  fc.date().map((date) => (Number.isNaN(date.getTime()) ? "never" : date.toUTCString())),
);

describe("any response", () => {
  it("becomes exactly one outcome or one failure, and nothing is thrown", () => {
    fc.assert(
      fc.property(status, body, header, (code, text, retryAfter) => {
        const answer = httpAnswer(code, text, retryAfter === undefined ? {} : { "retry-after": retryAfter });
        const verdict = classify(answer, "peer P");
        if (verdict.ok) {
          expect(typeof verdict.value.kind).toBe("string");
          expect(typeof verdict.value.text).toBe("string");
        } else {
          expect(verdict.failure.summary).not.toBe("");
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("is retryable only when the message was not delivered, or what is in front of the platform answered", () => {
    fc.assert(
      fc.property(status, body, (code, text) => {
        const verdict = classify(httpAnswer(code, text), "peer P");
        if (verdict.ok || !verdict.failure.retryable || verdict.failure.delivery === "not-sent") return;
        expect(verdict.failure.delivery).toBe("maybe");
        expect(code).toBeGreaterThanOrEqual(502);
      }),
      { numRuns: 1000 },
    );
  });

  it("is never retryable after a success status", () => {
    fc.assert(
      fc.property(body, (text) => {
        const verdict = classify(httpAnswer(200, text), "peer P");
        if (verdict.ok) return;
        const { retryable, delivery, code, rpcCode } = verdict.failure;
        expect(retryable).toBe(false);
        if (code !== "bad_response" && rpcCode === undefined) expect(delivery).toBe("confirmed");
      }),
      { numRuns: 1000 },
    );
  });

  it("has a delay that a timer accepts, or none", () => {
    const wait = fc.oneof(fc.double(), fc.string(), fc.integer());
    fc.assert(
      fc.property(wait, wait, header, (seconds, more, retryAfter) => {
        const text = JSON.stringify({
          error: "rate limit exceeded",
          retry_after: seconds,
          retry_after_seconds: more,
        });
        const answer = httpAnswer(429, text, retryAfter === undefined ? {} : { "retry-after": retryAfter });
        const verdict = classify(answer, "peer P");
        if (verdict.ok) throw new Error("429 is no success");
        const { retryAfterMs = 0 } = verdict.failure;
        expect(retryAfterMs).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(retryAfterMs)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("changes no prototype", () => {
    const before = POISON.map((name) => Object.getOwnPropertyDescriptor(Object.prototype, name));
    fc.assert(
      fc.property(json, (text) => {
        classify(httpAnswer(200, `{"jsonrpc":"2.0","result":${text}}`), "peer P");
        expect(Object.keys(Object.prototype)).toEqual([]);
        expect(({} as Record<string, unknown>).parts).toBeUndefined();
      }),
    );
    expect(POISON.map((name) => Object.getOwnPropertyDescriptor(Object.prototype, name))).toEqual(before);
  });

  it("ignores inherited members", () => {
    const text = '{"__proto__":{"result":"inherited"},"constructor":{"prototype":{"polluted":true}}}';
    const verdict = classify(httpAnswer(200, text), "peer P");
    expect(verdict.ok).toBe(false);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("the reply parser", () => {
  it("parses any value to text without throwing", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          json.map((text) => JSON.parse(text) as unknown),
        ),
        (value) => {
          const reply = parseReply(value);
          expect(typeof reply.text).toBe("string");
          expect(Array.isArray(reply.files) && Array.isArray(reply.data)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("joins the texts of any number of parts in order", () => {
    const distinct = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 });
    fc.assert(
      fc.property(distinct, (texts) => {
        expect(parseReply(textMessage(...texts)).text).toBe(texts.join("\n"));
      }),
    );
  });
});
