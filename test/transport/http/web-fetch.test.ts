import { Readable } from "node:stream";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type WebRequest, webFetch } from "../../../src/transport/http/web-fetch";
import type { AttemptLimits } from "../../../src/transport/response";
import { rejectionOf } from "../../helpers/sockets-client";
import { virtualClock } from "../../helpers/sockets-clock";

const NO_URL = "http://platform.invalid/";

function requestOf(limits: Partial<AttemptLimits> = {}): WebRequest {
  return {
    method: "POST",
    headers: { accept: "application/json" },
    body: "{}",
    limits: { limitMs: 1000, maxBytes: 1000, background: false, onCancel: () => undefined, ...limits },
  };
}

/** A body that gives its chunks and then stays open. */
function openBody(...chunks: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
    },
  });
}

describe("a fetch that never settles, not even when it is aborted", () => {
  const unresponsive = () => new Promise<Response>(() => undefined);

  it("is abandoned at the limit of the attempt", async () => {
    const clock = virtualClock();
    const failure = await clock.drive(rejectionOf(webFetch(unresponsive, NO_URL, requestOf(), clock)));
    expect(failure).toMatchObject({ kind: "read_timeout", phase: "sent" });
    expect([clock.now(), clock.pending]).toEqual([1000, 0]);
  });

  it("is abandoned when the call is cancelled", async () => {
    const clock = virtualClock();
    let cancel: (() => void) | undefined;
    const onCancel: AttemptLimits["onCancel"] = (callback) => {
      cancel = callback ?? cancel;
    };
    const failure = rejectionOf(webFetch(unresponsive, NO_URL, requestOf({ onCancel }), clock));
    cancel?.();
    expect(await failure).toMatchObject({ kind: "cancelled" });
    expect(clock.pending).toBe(0);
  });
});

it("passes the request to fetch with a signal that is aborted at the limit", async () => {
  const clock = virtualClock();
  let seen: RequestInit | undefined;
  const waiting: typeof fetch = (_, init) =>
    new Promise((_, reject) => {
      seen = init;
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });

  await clock.drive(rejectionOf(webFetch(waiting, NO_URL, requestOf(), clock)));

  expect(seen).toMatchObject({ method: "POST", body: "{}", redirect: "manual" });
  expect(seen?.signal?.aborted).toBe(true);
});

it("has no idle connection on Deno for what must not be sent twice, and the usual ones for the rest", async () => {
  const created: unknown[] = [];
  const createHttpClient = (options: unknown) => {
    created.push(options);
    return "a client without idle connections";
  };
  vi.stubGlobal("Deno", { createHttpClient });
  onTestFinished(() => void vi.unstubAllGlobals());
  const given: unknown[] = [];
  const fetchLike = async (_: unknown, init?: RequestInit) => {
    given.push((init as { client?: unknown }).client);
    return new Response("{}");
  };
  for (const fresh of [true, false, true]) {
    await webFetch(fetchLike, NO_URL, { ...requestOf(), fresh }, virtualClock());
  }
  expect(given).toEqual([
    "a client without idle connections",
    undefined,
    "a client without idle connections",
  ]);
  expect(created).toEqual([{ poolMaxIdlePerHost: 0 }]);
});

it("rejects with a failure for any value thrown by fetch", async () => {
  const thrown: (() => Promise<Response>)[] = [
    () => {
      throw new Error("at once");
    },
    () => Promise.reject("a string"),
    () => Promise.reject(undefined),
  ];
  for (const fetchLike of thrown) {
    const failure = await rejectionOf(webFetch(fetchLike, NO_URL, requestOf(), virtualClock()));
    expect(failure).toMatchObject({ kind: "unknown", phase: "sent" });
  }
});

it("stops reading at the size limit and cancels the body", async () => {
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(400)),
    cancel: () => {
      cancelled = true;
    },
  });
  const fetchLike = async () => new Response(endless);

  const failure = await rejectionOf(webFetch(fetchLike, NO_URL, requestOf(), virtualClock()));

  expect(failure).toMatchObject({ kind: "too_large", phase: "answered", status: 200 });
  expect(cancelled).toBe(true);
});

it("does not wait for the rest of a body after the limit", async () => {
  const clock = virtualClock();
  const fetchLike = async () => new Response(openBody('{"half":'));
  const failure = await clock.drive(rejectionOf(webFetch(fetchLike, NO_URL, requestOf(), clock)));
  expect(failure).toMatchObject({ kind: "read_timeout", phase: "answered", status: 200 });
});

it("returns the status of a refusal whose body does not end", async () => {
  const clock = virtualClock();
  const fetchLike = async () => new Response(openBody("x"), { status: 503, headers: { "retry-after": "9" } });
  const response = await clock.drive(webFetch(fetchLike, NO_URL, requestOf(), clock));
  expect([response.status, response.text, response.header("Retry-After")]).toEqual([503, "", "9"]);
});

it("treats the opaque redirect of a browser as a redirect", async () => {
  const opaque = Object.create(Response.prototype, {
    status: { value: 0 },
    type: { value: "opaqueredirect" },
    body: { value: null },
    headers: { value: new Headers() },
  }) as Response;
  const response = await webFetch(async () => opaque, NO_URL, requestOf(), virtualClock());
  expect(response.status).toBe(302);
});

it("decodes characters that are split over two chunks", async () => {
  const bytes = new TextEncoder().encode("häppy 👋");
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const response = await webFetch(async () => new Response(body), NO_URL, requestOf(), virtualClock());
  expect(response.text).toBe("häppy 👋");
});

describe("a fetch without the streams of the standard", () => {
  const answering = (response: object) => async () => response as Response;
  const get = (name: string) => (name === "retry-after" ? "1" : null);
  const text = async () => "the text";

  it.each([
    ["a mock without headers", { ok: true, status: 200, text }],
    ["a body of Node", { status: 200, headers: { get }, body: Readable.from(["x"]), text }],
    ["headers as an object", { status: 200, headers: { "retry-after": "1" }, text }],
  ])("is read as text: %s", async (_, response) => {
    const answered = await webFetch(answering(response), NO_URL, requestOf(), virtualClock());
    expect(answered).toMatchObject({ status: 200, text: "the text" });
    expect(["1", undefined]).toContain(answered.header("retry-after"));
  });

  it("has the limit of the answer", async () => {
    const large = answering({ status: 200, text: async () => "x".repeat(1001) });
    const failure = await rejectionOf(webFetch(large, NO_URL, requestOf(), virtualClock()));
    expect(failure).toMatchObject({ kind: "too_large", phase: "answered" });
  });

  it("is not followed to another server", async () => {
    const moved = answering({ status: 302, body: Readable.from([]), text });
    expect(await webFetch(moved, NO_URL, requestOf(), virtualClock())).toMatchObject({
      status: 302,
      text: "",
    });
  });
});

it("is not called any more for a call that was cancelled before", async () => {
  const ignoresSignals = vi.fn(async () => new Response("{}"));
  const request = requestOf({ onCancel: (cancel) => cancel?.() });
  const error = await rejectionOf(webFetch(ignoresSignals as typeof fetch, NO_URL, request, virtualClock()));
  expect(error).toMatchObject({ kind: "cancelled" });
  expect(ignoresSignals).not.toHaveBeenCalled();
});
