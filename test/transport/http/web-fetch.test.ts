import { describe, expect, it } from "vitest";
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
  const deaf = () => new Promise<Response>(() => undefined);

  it("is given up when the time is over", async () => {
    const clock = virtualClock();
    const failure = await clock.drive(rejectionOf(webFetch(deaf, NO_URL, requestOf(), clock)));
    expect(failure).toMatchObject({ kind: "read_timeout", phase: "sent" });
    expect([clock.now(), clock.pending]).toEqual([1000, 0]);
  });

  it("is given up when the call is called off", async () => {
    const clock = virtualClock();
    let cancel: (() => void) | undefined;
    const interrupt: AttemptLimits["onCancel"] = (callback) => {
      cancel = callback ?? cancel;
    };
    const failure = rejectionOf(webFetch(deaf, NO_URL, requestOf({ onCancel: interrupt }), clock));
    cancel?.();
    expect(await failure).toMatchObject({ kind: "cancelled" });
    expect(clock.pending).toBe(0);
  });
});

it("hands the fetch what it needs, and a signal of its own that is aborted at the end of the time", async () => {
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

it("makes a failure of whatever a fetch throws", async () => {
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

it("stops reading at the limit, and lets go of the body", async () => {
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

it("does not wait for the rest of a body when the time is over", async () => {
  const clock = virtualClock();
  const fetchLike = async () => new Response(openBody('{"half":'));
  const failure = await clock.drive(rejectionOf(webFetch(fetchLike, NO_URL, requestOf(), clock)));
  expect(failure).toMatchObject({ kind: "read_timeout", phase: "answered", status: 200 });
});

it("judges a refusal by its status when its body does not end", async () => {
  const clock = virtualClock();
  const fetchLike = async () => new Response(openBody("x"), { status: 503, headers: { "retry-after": "9" } });
  const answer = await clock.drive(webFetch(fetchLike, NO_URL, requestOf(), clock));
  expect([answer.status, answer.text, answer.header("Retry-After")]).toEqual([503, "", "9"]);
});

it("takes the opaque redirect of a browser for a redirect", async () => {
  const opaque = Object.create(Response.prototype, {
    status: { value: 0 },
    type: { value: "opaqueredirect" },
    body: { value: null },
    headers: { value: new Headers() },
  }) as Response;
  const answer = await webFetch(async () => opaque, NO_URL, requestOf(), virtualClock());
  expect(answer.status).toBe(302);
});

it("joins characters that were cut in two on the way", async () => {
  const bytes = new TextEncoder().encode("häppy 👋");
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const answer = await webFetch(async () => new Response(body), NO_URL, requestOf(), virtualClock());
  expect(answer.text).toBe("häppy 👋");
});
