import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, PEER } from "../helpers/ids";
import { type Answer, nockPlatform, reply } from "../helpers/nock-platform";
import { OTHER_REFUSALS, PLATFORM_REFUSALS, type RefusalRow } from "./refusal-rows";

const platform = nockPlatform();
const WAKING: Answer = { status: 503, body: { error: "waking", waking: true } };

/** The row as the platform would send it to a caller with no time to lose. */
function withoutWait({ status, body, headers }: RefusalRow): Answer {
  const hurried =
    typeof body === "string"
      ? body
      : JSON.stringify(body).replace(/"(retry_after(?:_seconds)?)":\d+/g, '"$1":0');
  const { "retry-after": _, ...rest } = headers ?? {};
  return { status, body: hurried, headers: rest };
}

const ROWS = [...PLATFORM_REFUSALS, ...OTHER_REFUSALS];

describe("a transient refusal", () => {
  it.each(ROWS.filter((row) => row.repeated))(
    "$name is attempted five times before it is an error",
    async (row) => {
      const answer = withoutWait(row);
      platform.answerMessage(answer, answer, answer, answer, answer);
      const error = await failureOf(testClient().sendA2AMessage(PEER, "hi"));
      expect(error).toMatchObject({
        code: row.code,
        status: row.status,
        delivery: row.delivery,
        retryable: true,
        attempts: 5,
      });
    },
  );

  it.each(ROWS.filter((row) => row.repeated && row.delivery === "maybe"))(
    "$name, after which the task may run, is not repeated under at-most-once",
    async (row) => {
      platform.answerMessage(withoutWait(row));
      const client = testClient({ delivery: "at-most-once" });
      expect(await failureOf(client.sendA2AMessage(PEER, "hi"))).toMatchObject({
        code: row.code,
        delivery: "maybe",
        retryable: false,
        attempts: 1,
      });
    },
  );

  it("of a proxy is over when the platform is back, after the wait it named", async () => {
    const restarting = { status: 503, body: "<html></html>", headers: { "retry-after": "0.01" } };
    platform.answerMessage({ status: 502, body: "" }, restarting, reply("back"));
    expect(await testClient().sendA2AMessage(PEER, "hi")).toMatchObject({ text: "back", attempts: 3 });
  });

  it.each([504, 524])(
    "%s of a proxy that gave up waiting is repeated for those alone who ask for it",
    async (status) => {
      platform.answerMessage({ status, body: "<html></html>" });
      const error = await failureOf(testClient().sendA2AMessage(PEER, "hi"));
      expect(error).toMatchObject({ code: "timeout", delivery: "maybe", retryable: false, attempts: 1 });
      expect(error.message).toContain("still running");
      platform.answerMessage({ status, body: "<html></html>" }, reply("done"));
      const client = testClient({ retry: { timeouts: true } });
      expect(await client.sendA2AMessage(PEER, "hi")).toMatchObject({ text: "done", attempts: 2 });
    },
  );

  it("is retried under at-most-once as well", async () => {
    platform.answerMessage(WAKING, reply("awake"));
    const sent = await testClient({ delivery: "at-most-once" }).sendA2AMessage(PEER, "hi");
    expect(sent).toMatchObject({ text: "awake", attempts: 2 });
  });

  it("is attempted as often as `maxAttempts` allows", async () => {
    platform.answerMessage(WAKING, WAKING);
    const client = testClient({ retry: { maxAttempts: 2 } });
    expect(await failureOf(client.sendA2AMessage(PEER, "hi"))).toMatchObject({ attempts: 2 });
  });
});

describe("a final answer", () => {
  // A 401 asks the token source again, which has a test of its own.
  it.each(ROWS.filter((row) => !row.repeated))("$name is an error after one request", async (row) => {
    platform.answerMessage(withoutWait(row));
    const error = await failureOf(testClient().sendA2AMessage(PEER, "hi"));
    expect(error).toMatchObject({
      code: row.code,
      status: row.status,
      delivery: row.delivery,
      retryable: false,
      attempts: 1,
    });
  });

  it.each<[string, Answer]>([
    ["a JSON-RPC error", { body: { error: { code: 1, message: "no" } } }],
    ["a failed task", { body: { result: { status: { state: "failed" } } } }],
    ["broken JSON", { body: "{" }],
    ["an agent's error text", { body: { error: "agent returned empty response body" } }],
  ])("is not repeated for %s in a success", async (_, answer) => {
    platform.answerMessage(answer);
    expect(await failureOf(testClient().sendA2AMessage(PEER, "hi"))).toMatchObject({
      attempts: 1,
      delivery: "confirmed",
      retryable: false,
    });
  });

  it.each<[string, Answer]>([
    ["202 of a busy peer", { status: 202, body: { queued: true, queue_id: "q", queue_depth: 1 } }],
    ["200 of a peer that polls", { body: { status: "queued", delivery_mode: "poll" } }],
  ])("is not retried for the %s", async (_, answer) => {
    platform.answerMessage(answer);
    expect(await testClient().sendA2AMessage(PEER, "hi")).toMatchObject({ kind: "queued", attempts: 1 });
  });
});

describe("the ids of a message", () => {
  it("are the same on all attempts, as is the whole request", async () => {
    platform.answerMessage(WAKING, { error: "ECONNREFUSED" }, WAKING, reply());
    await testClient().sendA2AMessage(PEER, "hi", { metadata: { a: 1 } });
    const [first, ...others] = platform.envelopes();
    expect(others).toHaveLength(3);
    for (const envelope of others) expect(envelope).toEqual(first);
  });

  it("differ from those of the next message", async () => {
    platform.answerMessage(reply(), reply());
    const client = testClient();
    await client.sendA2AMessage(PEER, "hi");
    await client.sendA2AMessage(PEER, "hi");
    const [first, second] = platform.envelopes();
    expect(first?.params.message.messageId).not.toBe(second?.params.message.messageId);
    expect(first?.id).not.toBe(second?.id);
  });

  it("are part of the error, so that the same message can be sent again", async () => {
    platform.answerMessage(
      { status: 502, body: { error: "workspace URL is not publicly routable" } },
      reply(),
    );
    const client = testClient();
    const { messageId } = await failureOf(client.sendA2AMessage(PEER, "hi"));
    await client.sendA2AMessage(PEER, "hi", { messageId });
    const ids = platform.envelopes().map((envelope) => envelope.params.message.messageId);
    expect(ids).toEqual([messageId, messageId]);
  });
});

describe("a connection that broke", () => {
  // The platform's fetch does not say how far a request came, so the error code has to.
  const overFetch = { fetch: (...args: Parameters<typeof fetch>) => fetch(...args) };
  const NEVER_CONNECTED = [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
  ];
  const PERHAPS_SENT = ["ECONNRESET", "EPIPE", "ETIMEDOUT", "UND_ERR_SOCKET"];
  const twice = (error: string): Answer[] => [{ error }, { error }];

  it.each(NEVER_CONNECTED)("by %s is retried in either delivery mode", async (code) => {
    platform.answerMessage({ error: code }, reply(), { error: code }, reply());
    const client = testClient(overFetch);
    expect(await client.sendA2AMessage(PEER, "hi", { delivery: "at-most-once" })).toMatchObject({
      attempts: 2,
    });
    expect(await client.sendA2AMessage(PEER, "hi", { delivery: "at-least-once" })).toMatchObject({
      attempts: 2,
    });
  });

  it.each(NEVER_CONNECTED)("by %s is an error with delivery `not-sent`", async (code) => {
    platform.answerMessage(...twice(code));
    const client = testClient({ ...overFetch, retry: { maxAttempts: 2 } });
    expect(await failureOf(client.sendA2AMessage(PEER, "hi"))).toMatchObject({
      delivery: "not-sent",
      retryable: true,
      attempts: 2,
    });
  });

  it.each(PERHAPS_SENT)("by %s is retried under at-least-once, with delivery `maybe`", async (code) => {
    platform.answerMessage(...twice(code));
    const client = testClient({ ...overFetch, retry: { maxAttempts: 2 } });
    expect(await failureOf(client.sendA2AMessage(PEER, "hi"))).toMatchObject({
      code: code.endsWith("TIMEOUT") ? "timeout" : "network",
      delivery: "maybe",
      retryable: true,
      attempts: 2,
    });
  });

  it("by a timeout of the response is final in either mode, because the task is running", async () => {
    platform.answerMessage({ error: "UND_ERR_HEADERS_TIMEOUT" });
    const client = testClient({ ...overFetch, delivery: "at-least-once" });
    expect(await failureOf(client.sendA2AMessage(PEER, "hi"))).toMatchObject({
      code: "timeout",
      delivery: "maybe",
      retryable: false,
      attempts: 1,
    });
  });

  it.each(PERHAPS_SENT)("by %s is final under at-most-once", async (code) => {
    platform.answerMessage({ error: code });
    const client = testClient({ ...overFetch, delivery: "at-most-once" });
    expect(await failureOf(client.sendA2AMessage(PEER, "hi"))).toMatchObject({
      delivery: "maybe",
      retryable: false,
      attempts: 1,
    });
  });

  it("follows the delivery mode of the call before that of the client", async () => {
    platform.answerMessage({ error: "ECONNRESET" });
    const client = testClient({ ...overFetch, delivery: "at-least-once" });
    const sending = client.sendA2AMessage(PEER, "hi", { delivery: "at-most-once" });
    expect(await failureOf(sending)).toMatchObject({ attempts: 1, retryable: false });
  });

  it.each(["CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"])(
    "by the certificate error %s is final and was never sent",
    async (error) => {
      platform.answerMessage({ error });
      expect(await failureOf(testClient(overFetch).sendA2AMessage(PEER, "hi"))).toMatchObject({
        code: "network",
        delivery: "not-sent",
        retryable: false,
        attempts: 1,
      });
    },
  );

  it("by an unknown error is not retried and has delivery `maybe`", async () => {
    platform.answerMessage({ error: "E_WHO_KNOWS" });
    expect(await failureOf(testClient(overFetch).sendA2AMessage(PEER, "hi"))).toMatchObject({
      code: "network",
      delivery: "maybe",
      attempts: 1,
    });
  });

  it("keeps delivery `maybe` on the error when only the last attempt did not arrive", async () => {
    platform.answerMessage({ error: "ECONNRESET" }, { status: 404, body: { error: "workspace not found" } });
    expect(await failureOf(testClient(overFetch).sendA2AMessage(PEER, "hi"))).toMatchObject({
      code: "peer_not_found",
      delivery: "maybe",
      attempts: 2,
    });
  });

  it("before it was established is retried over Node's HTTP client too", async () => {
    platform.answerMessage({ error: "ECONNREFUSED" }, { error: "ECONNREFUSED" }, reply());
    const sent = await testClient({ delivery: "at-most-once" }).sendA2AMessage(PEER, "hi");
    expect(sent).toMatchObject({ kind: "reply", attempts: 3 });
  });
});

describe("the delay that the platform asks for", () => {
  const limited = (seconds: string): Answer => ({
    status: 429,
    body: { error: "rate limit exceeded" },
    headers: { "retry-after": seconds },
  });

  it("is waited for, with up to half of it added", async () => {
    platform.answerMessage(limited("0.04"), reply());
    const delays: number[] = [];
    const client = testClient({
      onEvent: (event) => void (event.type === "send.retry" && delays.push(event.delayMs)),
    });
    await client.sendA2AMessage(PEER, "hi");
    expect(delays).toEqual([50]);
  });

  it("never shortens the client's own delay", async () => {
    platform.answerMessage(limited("0"), reply());
    const delays: number[] = [];
    const client = testClient({
      retry: { baseDelayMs: 8, maxDelayMs: 8 },
      onEvent: (event) => void (event.type === "send.retry" && delays.push(event.delayMs)),
    });
    await client.sendA2AMessage(PEER, "hi");
    expect(delays).toEqual([8]);
  });

  it("ends the send at once when it exceeds the budget", async () => {
    platform.answerMessage(limited("900"));
    const started = performance.now();
    const error = await failureOf(testClient().sendA2AMessage(PEER, "hi"));
    expect(performance.now() - started).toBeLessThan(2000);
    expect(error).toMatchObject({
      code: "rate_limited",
      retryable: true,
      retryAfterMs: 900_000,
      attempts: 1,
    });
    expect(error.message).toContain("Try again in 15 min.");
  });

  it("is compared with the budget of the call", async () => {
    platform.answerMessage(limited("3"));
    const sending = testClient().sendA2AMessage(PEER, "hi", { budgetMs: 1000 });
    expect(await failureOf(sending)).toMatchObject({ attempts: 1, retryAfterMs: 3000 });
  });

  it("may exceed the longest timer without firing at once", async () => {
    platform.answerMessage(limited("99999999999"));
    expect(await failureOf(testClient().sendA2AMessage(PEER, "hi"))).toMatchObject({ attempts: 1 });
  });
});

describe("the events of a send", () => {
  it("report every attempt, every delay and the end", async () => {
    platform.answerMessage(WAKING, reply());
    const events: unknown[] = [];
    const client = testClient({ onEvent: (event) => events.push(event) });
    await client.sendA2AMessage(PEER, "hi", { messageId: "m-1" });
    const subject = { peerId: PEER, messageId: "m-1" };
    expect(events).toEqual([
      { type: "send.attempt_started", ...subject, attempt: 1 },
      {
        type: "send.attempt_failed",
        ...subject,
        attempt: 1,
        code: "peer_unavailable",
        delivery: "not-sent",
        reason: expect.stringContaining("is waking"),
        status: 503,
        elapsedMs: expect.any(Number),
      },
      { type: "send.retry", ...subject, attempt: 2, delayMs: 1 },
      { type: "send.attempt_started", ...subject, attempt: 2 },
      {
        type: "send.settled",
        ...subject,
        ok: true,
        outcome: "reply",
        attempts: 2,
        elapsedMs: expect.any(Number),
      },
    ]);
  });

  it("have the code of the error that ended the send", async () => {
    platform.answerMessage({ status: 404, body: { error: "workspace not found" } });
    const ends: unknown[] = [];
    const client = testClient({
      onEvent: (event) => void (event.type === "send.settled" && ends.push(event)),
    });
    await failureOf(client.sendA2AMessage(PEER, "hi"));
    expect(ends).toMatchObject([{ ok: false, outcome: "peer_not_found", attempts: 1 }]);
  });

  it("do not affect the send when the hook throws", async () => {
    platform.answerMessage(WAKING, reply("still here"));
    const client = testClient({
      onEvent: () => {
        throw new Error("hook");
      },
    });
    expect(await client.sendA2AMessage(PEER, "hi")).toMatchObject({ text: "still here" });
  });
});

describe("a caller's own abort", () => {
  it("before the send rejects with its reason, and nothing is sent", async () => {
    const reason = new Error("enough");
    const sending = testClient().sendA2AMessage(PEER, "hi", { signal: AbortSignal.abort(reason) });
    await expect(sending).rejects.toBe(reason);
  });

  it("during the delay rejects with its reason, and nothing more is sent", async () => {
    platform.answerMessage(WAKING);
    const controller = new AbortController();
    const reason = { any: "value" };
    const ends: unknown[] = [];
    const client = testClient({
      retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 },
      onEvent: (event) => {
        if (event.type === "send.retry") controller.abort(reason);
        if (event.type === "send.settled") ends.push(event);
      },
    });
    const sending = client.sendA2AMessage(PEER, "hi", { signal: controller.signal });
    await expect(sending).rejects.toBe(reason);
    expect(ends).toMatchObject([{ ok: false, outcome: "aborted", attempts: 1 }]);
  });
});

describe("a closed client", () => {
  it("rejects every call", async () => {
    const client = testClient();
    await client.close();
    for (const call of [
      client.sendA2AMessage(PEER, "hi"),
      client.discoverPeer(PEER),
      client.listPeers(),
      client.getWorkspaceInfo({ source: OWN }),
      client.checkAccess(PEER),
    ]) {
      expect(await failureOf(call)).toMatchObject({ code: "closed", delivery: "not-sent", attempts: 0 });
    }
  });

  it("ends a pending send", async () => {
    platform.answerMessage(WAKING);
    const client = testClient({
      retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 },
      onEvent: (event) => event.type === "send.retry" && void client.close(),
    });
    const error = await failureOf(client.sendA2AMessage(PEER, "hi"));
    expect(error).toMatchObject({ code: "closed", attempts: 1, delivery: "not-sent" });
  });
});
